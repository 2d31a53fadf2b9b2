/** Brings an index into agreement with folders of documents, and says what changed: one round of `tiaowen index`. */
import { fingerprintOf, holdCurrent, loadDocuments, writeIndex, type BuildRequest, type Loaded, type OnStep } from './build-index.ts'
import { CHUNKER } from './chunks/chunk.ts'
import { readerVersion } from './documents/reader-version.ts'
import type { Embedder } from './embedding/embedder.ts'
import { PolicyError } from './errors.ts'
import type { Previous } from './retrieval/library-files.ts'
import { openCurrent, type Generation } from './store/generations.ts'
import type { StoreEvent } from './store/store-events.ts'
import type { Document } from './types.ts'

export interface UpdateRequest {
  readonly folders: readonly string[]
  readonly dataFolder: string
  readonly indexFolder: string
  readonly embedder?: Embedder
  /** Where the index is searched; absent: within a process. */
  readonly engine?: BuildRequest['engine']
  /** The generation in place. */
  readonly previous?: Previous
  readonly log: (message: string) => void
  readonly onProgress?: OnStep
  readonly onLoaded?: (loaded: Loaded) => void
  /** The documents are read and differ from the index: why there is something to build. */
  readonly onStale?: (reason: string) => void
  readonly onKeywords?: BuildRequest['onKeywords']
}

/** Sources of documents, by what became of them since the generation before. */
export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
  readonly unchanged: number
}

export interface Updated {
  readonly loaded: Loaded
  readonly changes: Changes
  /** The generation in place now; the one before where there was nothing to build. */
  readonly current: Previous
  readonly wasBuilt: boolean
  /** Texts whose vectors had to be made. */
  readonly embedded: number
}

/**
 * Documents → index, unless it is so already.
 * @throws PolicyError `folder-missing`, `sidecar-invalid`, `index-locked`, `disk-full`, `index-unwritable`,
 * `search-unavailable`
 */
export async function updateIndex(request: UpdateRequest): Promise<Updated> {
  const { folders, dataFolder, indexFolder, previous, engine, log, onProgress } = request
  const loaded = await loadDocuments(folders, dataFolder, {
    ...(previous ? { previous } : {}),
    ...(onProgress ? { onProgress } : {}),
  })
  for (const notice of loaded.notices) log(notice)
  request.onLoaded?.(loaded)
  const changes = changesBetween(previous?.documents ?? [], loaded.documents)
  // without a model the vectors there are wait for its return: they took hours, and keywords serve from the same index
  const embedderId = request.embedder?.id ?? previous?.embedder ?? null
  const reason = whyStale(previous, await fingerprintOf(loaded, embedderId), embedderId, engine !== undefined)
  const store: BuildRequest['store'] & {} = { onEvent: ({ message }) => log(message) }
  if (reason === undefined) {
    const current = previous!
    if (engine) await holdCurrent({ engine, previous: current, indexFolder, store, ...(onProgress && { onProgress }) })
    return { loaded, changes, current, wasBuilt: false, embedded: 0 }
  }
  log(`建立索引 building the index: ${reason}`)
  request.onStale?.(reason)
  const embedder = request.embedder && new Counted(request.embedder)
  const current = await writeIndex({
    loaded,
    indexFolder,
    ...(embedder ? { embedder } : {}),
    ...(previous ? { previous } : {}),
    ...(onProgress ? { onProgress } : {}),
    ...(request.onKeywords ? { onKeywords: request.onKeywords } : {}),
    ...(engine ? { engine } : {}),
    store,
  })
  return { loaded, changes, current, wasBuilt: true, embedded: embedder?.count ?? 0 }
}

/** Why an index has to be built; undefined when what there is agrees with the documents and is whole. */
function whyStale(
  current: Previous | undefined,
  wanted: string,
  embedder: string | null,
  forEngine: boolean,
): string | undefined {
  if (!current) return '没有可用的索引 there is none to use'
  if (current.damaged.length > 0) return `${current.damaged.join('、')} 已损坏 is damaged`
  if ((current.forEngine ?? false) !== forEngine) {
    return forEngine ? '检索改由集群承担 it is to be searched on a cluster' : '检索改回本进程 it is to be searched in this process'
  }
  if (current.fingerprint === wanted) {
    return current.reader === readerVersion() ? undefined : '读取文件的程序有更新 documents are read by another version'
  }
  if (current.embedder !== embedder)
    return `向量模型由 ${current.embedder ?? '无'} 变为 ${embedder ?? '无'} the embedder is another`
  if (current.chunker !== CHUNKER) return `切分方法由 ${current.chunker} 变为 ${CHUNKER} the chunker is another`
  return '文件有变化 the documents have changed'
}

function changesBetween(before: readonly Document[], after: readonly Document[]): Changes {
  const known = new Map(before.map((document) => [document.id, document]))
  const added: string[] = []
  const changed: string[] = []
  const renamed: { from: string; to: string }[] = []
  for (const document of after) {
    const old = known.get(document.id)
    known.delete(document.id)
    if (!old) added.push(document.source)
    else if (old.source !== document.source) renamed.push({ from: old.source, to: document.source })
    else if (old !== document && !saysTheSame(old, document)) changed.push(document.source)
  }
  const removed = Array.from(known.values(), ({ source }) => source)
  const unchanged = after.length - added.length - changed.length - renamed.length
  return { added, changed, removed, renamed, unchanged }
}

/** The same to whoever reads it: bytes may differ that say nothing. */
function saysTheSame(one: Document, other: Document): boolean {
  const said = ({ fileSha256: _, ...document }: Document): string => JSON.stringify(document)
  return one.textSha256 === other.textSha256 && said(one) === said(other)
}

/** Counts the texts it is given. */
class Counted implements Embedder {
  readonly id: string
  readonly dimensions: number
  count = 0
  readonly #inner: Embedder

  constructor(inner: Embedder) {
    this.#inner = inner
    this.id = inner.id
    this.dimensions = inner.dimensions
  }

  embedQuestion: Embedder['embedQuestion'] = (question) => this.#inner.embedQuestion(question)

  embedInBatches: Embedder['embedInBatches'] = (texts, onBatch) => {
    this.count += texts.length
    return this.#inner.embedInBatches(texts, onBatch)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/**
 * Opens what CURRENT names, each file hashed once as it is read. Damage is looked into as openCurrent does: what is
 * damaged is set aside and the newest whole generation opened. Undefined when there is none that can be used.
 * @param onDamage once for each file that is not what was written
 */
export async function openIndex<Kind extends Previous>(
  indexFolder: string,
  open: (generation: Generation) => Promise<Kind>,
  log: (message: string) => void,
  onDamage: () => void = () => {},
): Promise<Kind | undefined> {
  const onEvent = ({ type, message }: StoreEvent): void => {
    if (type === 'damage-found') onDamage()
    log(message)
  }
  const quick = await openCurrent(indexFolder, { verify: 'sizes', pin: true, mend: false })
  try {
    if (quick.generation && !quick.recovered) return await open(quick.generation)
  } catch (error) {
    if (!(error instanceof PolicyError)) return unreadable(quick.generation!, error, log)
  } finally {
    quick.release()
  }
  const { generation } = await openCurrent(indexFolder, { onEvent })
  if (!generation) return undefined
  return open(generation).catch((error: unknown) => unreadable(generation, error, log))
}

function unreadable({ name }: Generation, error: unknown, log: (message: string) => void): undefined {
  const why = error instanceof Error ? error.message : String(error)
  log(`${name} 无法读取，将重建 cannot be read and is built anew: ${why}`)
}
