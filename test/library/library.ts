/** A library that people change, for the tests: real files, real rounds of loading, no search. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadDocuments } from '../../src/build-index.ts'
import { LocalDesk, type DeskOptions } from '../../src/library/desk.ts'
import type { Document } from '../../src/types.ts'

export const DECISION = '关于促进大走廊创新发展的决定\n一、总体要求\n全社会研发投入强度超过4%。\n'
export const RULES = '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 商家停业的，予以退款。\n'
export const NEWER = RULES.replace('停业', '停业或者歇业')

export const bytesOf = (text: string): Uint8Array => Buffer.from(text)

/** A folder of an operator with 决定.txt, beside the data of the program. */
export function libraryHome(): { readonly home: string; readonly documents: string; readonly data: string } {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-desk-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const documents = join(home, 'documents')
  mkdirSync(documents)
  writeFileSync(join(documents, '决定.txt'), DECISION)
  return { home, documents, data: join(home, 'data') }
}

export interface OpenedDesk {
  readonly desk: LocalDesk
  /** Waits for the rounds; then source → id of what is in the library. */
  ids(): Promise<Record<string, string>>
  documents(): readonly Document[]
}

export async function openDesk(
  { documents: folder, data }: Pick<ReturnType<typeof libraryHome>, 'documents' | 'data'>,
  more: Partial<DeskOptions> = {},
): Promise<OpenedDesk> {
  let served: readonly Document[] = []
  const round = async (): Promise<void> => {
    served = (await loadDocuments([folder], data)).documents
  }
  await round()
  const stop = new AbortController()
  const desk = new LocalDesk({
    dataFolder: data,
    enabled: true,
    documents: () => served,
    generation: () => 'gen-00000001',
    skipped: () => [],
    progress: () => undefined,
    index: round,
    log: () => {},
    signal: stop.signal,
    ...more,
  })
  onTestFinished(() => {
    stop.abort()
    return desk.close()
  })
  return {
    desk,
    documents: () => served,
    async ids() {
      await desk.idle()
      return Object.fromEntries(served.map(({ source, id }) => [source, id]))
    },
  }
}
