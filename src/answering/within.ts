/** What serves, as someone sees it who may not see all of it: the library, and what is said of its state. */
import { shareOf, type View } from '../access/view.ts'
import { PolicyError } from '../errors.ts'
import { prepareSlips } from '../questions/slips.ts'
import type { Library } from '../retrieval/library.ts'
import { restrictedTo } from '../retrieval/restricted.ts'
import type { Status, TextVersion } from './assistant.ts'

/** The library that serves now without what is not seen; where there is none, what is thrown names no file. */
export async function seenNow(serving: () => Library, view: View): Promise<() => Library> {
  let whole: Library
  try {
    whole = serving()
  } catch (error) {
    return () => {
      throw withoutNames(error)
    }
  }
  const library = await restrictedTo(whole, (id) => view.sees(id))
  await prepareSlips(library.documents)
  return () => library
}

/** Counts of what is seen; how far a round is as a share, and what failed without the names of files. */
export function statusWithin(status: Status, view: View, serving: () => Library): Status {
  const { skipped, building, fallbacks, ...rest } = status
  const seen = skipped?.filter((file) => view.seesFile(file)) ?? []
  return {
    ...rest,
    ...(rest.ready ? countsOf(serving) : {}),
    fallbacks: fallbacks.map((one) => (one.from === 'current-documents' ? { ...one, reason: NOT_CURRENT } : one)),
    ...(seen.length > 0 ? { skipped: seen } : {}),
    ...(building ? { building: shareOf(building) } : {}),
  }
}

const NOT_CURRENT =
  '索引暂未能更新，新近的改动还没有收入；原因见日志，请联系管理员 the index could not be brought up to date; the log says why'

function withoutNames(error: unknown): unknown {
  if (!(error instanceof PolicyError) || ['index-building', 'index-missing'].includes(error.code)) return error
  return new PolicyError(error.code, NOT_CURRENT, { cause: error })
}

function countsOf(serving: () => Library): Pick<Status, 'documents' | 'clauses' | 'chunks'> {
  try {
    const { documents, entries, units, windows } = serving()
    const chunks = units.living(entries.alive) + windows.living(entries.alive)
    return { documents: documents.length, clauses: entries.living, chunks }
  } catch {
    return { documents: 0, clauses: 0, chunks: 0 }
  }
}

/** A removed document is not called what it was called after another, which may not be seen. */
export function withoutInferred(version: TextVersion | undefined): TextVersion | undefined {
  if (version?.removed?.titleFrom !== 'inferred') return version
  const { source } = version.removed
  return { ...version, removed: { source, title: source } }
}
