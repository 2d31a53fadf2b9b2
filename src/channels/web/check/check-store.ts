/**
 * The draft that is checked and what was found of it. Kept while the page is open and nowhere else: neither the server nor
 * the browser's storage has it.
 */
import { useSyncExternalStore } from 'react'
import type { CheckedDraft, CheckingProgress } from '../../checked-draft.ts'
import { eventsOf, isAbort, Problem, send } from '../api/client.ts'
import { signal } from '../ui/signal.ts'

export type DraftSource = { readonly words: string } | { readonly file: File }

export interface CheckChoices {
  readonly suggest: boolean
  /** ISO 8601 day, or '' for today. */
  readonly asOf: string
}

export type Checking =
  | { readonly kind: 'empty' }
  | { readonly kind: 'checking'; readonly source: DraftSource; readonly progress?: CheckingProgress }
  | { readonly kind: 'checked'; readonly source: DraftSource; readonly text: string; readonly checked: CheckedDraft; readonly choices: CheckChoices }
  | { readonly kind: 'failed'; readonly source: DraftSource; readonly error: unknown }

const state = signal<Checking>({ kind: 'empty' })
const typed = signal('')
const choices = signal<CheckChoices>({ suggest: false, asOf: '' })

export const useChecking = (): Checking => useSyncExternalStore(state.subscribe, state.get)
export const useTyped = (): string => useSyncExternalStore(typed.subscribe, typed.get)
export const useChoices = (): CheckChoices => useSyncExternalStore(choices.subscribe, choices.get)
export const type = typed.set
export const choose = (some: Partial<CheckChoices>) => choices.set({ ...choices.get(), ...some })

let current: AbortController | undefined

export async function check(source: DraftSource): Promise<void> {
  current?.abort()
  const own = (current = new AbortController())
  const chosen = choices.get()
  const tell = (next: Checking) => {
    if (current === own) state.set(next)
  }
  tell({ kind: 'checking', source })
  try {
    const checked = await checkedBy(source, chosen, own.signal, (progress) => tell({ kind: 'checking', source, progress }))
    tell({ kind: 'checked', source, text: 'words' in source ? source.words : (checked.draft.text ?? ''), checked, choices: chosen })
  } catch (error) {
    tell(isAbort(error) ? { kind: 'empty' } : { kind: 'failed', source, error })
  }
}

export function stop(): void {
  current?.abort()
  current = undefined
  state.set({ kind: 'empty' })
}

/** A Word draft with a comment at each place, made anew from the file: the server has not kept it. */
export async function annotatedCopy(file: File, { asOf }: CheckChoices): Promise<Blob> {
  const response = await send(`/api/check/annotated${queryOf({ asOf })}`, { method: 'POST', body: formOf(file) })
  return response.blob()
}

async function checkedBy(
  source: DraftSource,
  { asOf, suggest }: CheckChoices,
  abort: AbortSignal,
  onProgress: (progress: CheckingProgress) => void,
): Promise<CheckedDraft> {
  const request =
    'file' in source
      ? { path: `/api/check${queryOf({ asOf, suggest })}`, body: formOf(source.file), headers: {} }
      : {
          path: '/api/check',
          body: JSON.stringify({ text: source.words, suggest, ...(asOf !== '' && { asOf }) }),
          headers: { 'Content-Type': 'application/json' },
        }
  const headers = { Accept: 'text/event-stream', ...request.headers }
  const response = await send(request.path, { method: 'POST', body: request.body, headers, signal: abort })
  if (response.body) {
    for await (const { event, data } of eventsOf(response.body)) {
      if (event === 'progress') onProgress(data as CheckingProgress)
      if (event === 'error') throw new Problem(data as ConstructorParameters<typeof Problem>[0])
      if (event === 'done') return data as CheckedDraft
    }
  }
  throw new Problem({ status: 502, code: 'check-cut-off', detail: '核对没有完成就中断了，请重试。', title: 'The check was cut off; try again' })
}

function queryOf({ asOf, suggest = false }: Partial<CheckChoices>): string {
  const query = new URLSearchParams({ ...(asOf !== undefined && asOf !== '' && { asOf }), ...(suggest && { suggest: 'true' }) }).toString()
  return query === '' ? '' : `?${query}`
}

function formOf(file: File): FormData {
  const form = new FormData()
  form.append('file', file, file.name)
  return form
}
