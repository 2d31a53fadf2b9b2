/** The files on their way in. They go on while another view is looked at; what was read survives a reload of the page. */
import { useSyncExternalStore } from 'react'
import { getJson, isAbort, Problem } from '../api/client.ts'
import type { Upload } from '../api/queries.ts'
import { signal } from '../ui/signal.ts'
import { nextToSend, withState, type ItemState, type NamedDocument, type Queue, type QueueItem } from './queue.ts'
import { refusalOf, type NamedFile, type Takes } from './refusals.ts'
import { sendFile } from './send-file.ts'

export type Item = QueueItem<Upload, NamedFile>

const KEPT = 'tiaowen.uploads'

const queue = signal<Queue<Upload, NamedFile>>([])
let lastKey = 0
const underWay = new Map<number, AbortController>()

export const useUploads = (): Queue<Upload, NamedFile> => useSyncExternalStore(queue.subscribe, queue.get)

function change(next: Queue<Upload, NamedFile>): void {
  queue.set(next)
  keep()
}

export const setItem = (key: number, state: ItemState<Upload>): void => change(withState(queue.get(), key, state))

/** What cannot be read is told at once; of the rest two are sent at a time. */
export function addFiles(files: readonly File[], takes: Takes, target?: NamedDocument): void {
  const items = files.map((file): Item => {
    const refusal = refusalOf(file, takes)
    return { key: ++lastKey, file, ...(target && { target }), state: refusal ? { kind: 'refused', refusal } : { kind: 'waiting' } }
  })
  change([...queue.get(), ...items])
  sendNext()
}

export function retry(key: number): void {
  setItem(key, { kind: 'waiting' })
  sendNext()
}

/** Given up where it is being sent; taken off the list in any case. */
export function dropItem(key: number): void {
  underWay.get(key)?.abort()
  change(queue.get().filter((item) => item.key !== key))
  sendNext()
}

function sendNext(): void {
  for (const item of nextToSend(queue.get())) void send(item)
}

async function send({ key, file }: Item): Promise<void> {
  if (!(file instanceof File)) return
  const controller = new AbortController()
  underWay.set(key, controller)
  setItem(key, { kind: 'sending', sent: 0 })
  const onProgress = (part: number) => setItem(key, part < 1 ? { kind: 'sending', sent: part * file.size } : { kind: 'reading' })
  try {
    const upload = await sendFile(file, { signal: controller.signal, onProgress })
    setItem(key, { kind: 'ready', upload })
  } catch (error) {
    if (!isAbort(error)) setItem(key, { kind: 'failed', error, canRetry: isWorthRetrying(error) })
  } finally {
    underWay.delete(key)
    sendNext()
  }
}

/** The network, a busy server, a full disk or too many waiting: not the file itself. */
const isWorthRetrying = (error: unknown): boolean => error instanceof Problem && (error.isPassing || error.status === 429 || error.status >= 500)

/** An upload that the server still holds, after the page was loaded anew. */
export function adopt(upload: Upload): void {
  const isKnown = queue.get().some(({ state }) => 'upload' in state && state.upload.id === upload.id)
  if (!isKnown) change([...queue.get(), { key: ++lastKey, file: { name: upload.name, size: upload.bytes }, state: { kind: 'ready', upload } }])
}

/** Those that were not decided on before the reload. One that the server no longer has is not missed. */
export async function adoptKept(): Promise<void> {
  const ids = kept().filter((id) => !queue.get().some(({ state }) => 'upload' in state && state.upload.id === id))
  const found = await Promise.allSettled(ids.map((id) => getJson<Upload>(`/api/uploads/${encodeURIComponent(id)}`)))
  for (const one of found) if (one.status === 'fulfilled') adopt(one.value)
}

function keep(): void {
  const ids = queue.get().flatMap(({ state }) => (state.kind === 'ready' || state.kind === 'accepting' ? [state.upload.id] : []))
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(ids))
  } catch {
    // a browser that keeps nothing: they wait on the server until they lapse
  }
}

function kept(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}
