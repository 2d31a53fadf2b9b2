/** What a reply rests on and what was not looked at 范围: said with every reply, so that no one claims more. */
import type { Assistant } from '../../answering/assistant.ts'

export interface Coverage {
  /** In the library. */
  readonly documents: number
  /** Of these, looked at. */
  readonly searched: number
  readonly generation: string | null
  /** Files that became no document. */
  readonly unread: number
  /** Plain sentences, each of something that was not looked at or not given. */
  readonly notChecked: readonly string[]
}

export interface Looked {
  /** How many documents were looked at; absent: all. */
  readonly searched?: number
  readonly notChecked?: readonly string[]
}

export function coverageOf(assistant: Assistant, { searched, notChecked = [] }: Looked = {}): Coverage {
  const { generation, building, skipped } = assistant.status()
  const documents = assistant.catalogue().documents.length
  const unread = skipped?.length ?? 0
  return {
    documents,
    searched: searched ?? documents,
    generation,
    unread,
    notChecked: [
      ...(unread > 0 ? [`另有${unread}个文件没有读入，不在范围之内。`] : []),
      ...(building ? ['索引正在更新，新近的改动可能还没有收入。'] : []),
      ...notChecked,
    ],
  }
}

/** @example '范围：文件库共5份文件，库外的文件未查。' */
export function coverageWords({ documents, searched, notChecked }: Coverage): string {
  const part = searched < documents ? `，只查了其中${searched}份` : ''
  return [`范围：文件库共${documents}份文件${part}，库外的文件未查。`, ...notChecked].join('\n')
}
