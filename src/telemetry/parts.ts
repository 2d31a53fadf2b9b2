/** What each part of the program says of itself, for /readyz, the metrics and whoever is called at night. */
import type { Status } from '../answering/assistant.ts'
import { canWrite } from '../answering/model-limits.ts'

export interface Part {
  readonly ok: boolean
  /** Where it is not well what is wrong; else what there is. */
  readonly message?: string
}

export type Parts = Readonly<Record<string, Part>>

/** The disk and the database, as they were last looked at. */
export interface Machine {
  readonly disk: Part
  /** Of the fullest disk that data or index stand on, 0 to 1; absent where it cannot be told. */
  readonly diskFree?: number
  readonly database: Part
}

/** A chat platform, as far as its part goes. */
export type ChannelFacts = Readonly<
  Record<
    string,
    { readonly state: 'off' } | { readonly state: 'on'; readonly connection: string; readonly trouble?: { readonly code: string } }
  >
>

/** The names of parts there may be. */
export const PART_NAMES = ['index', 'indexer', 'search', 'model', 'reranker', 'llm', 'database', 'disk', 'slack', 'dingtalk'] as const

/** Only what is configured is a part; `index` that is not well, and `search` that nobody answers, make it unready, no other part. */
export function partsOf(status: Status, machine?: Machine, channels: ChannelFacts = {}): Parts {
  const { generation, reranker, languageModel } = status
  return {
    index: status.ready
      ? { ok: true, message: `${generation ?? ''}，已核对 verified` }
      : { ok: false, message: status.building ? indexing(status.building) : '还没有可用的索引 there is no index yet' },
    indexer: indexerOf(status),
    ...(status.search && { search: searchOf(status.search) }),
    model: modelOf(status),
    ...(reranker && {
      reranker: {
        ok: reranker.state !== 'failed' && reranker.state !== 'resting',
        message: reranker.trouble ?? reranker.state,
      },
    }),
    ...(languageModel && { llm: { ok: canWrite(languageModel), message: languageModel.trouble?.kind ?? languageModel.circuit } }),
    ...(machine && { database: machine.database, disk: machine.disk }),
    ...Object.fromEntries(
      Object.entries(channels).flatMap(([name, channel]) =>
        channel.state === 'off'
          ? []
          : [[name, { ok: channel.connection !== 'waiting', message: channel.trouble?.code ?? channel.connection }]],
      ),
    ),
  }
}

function indexerOf({ building, fallbacks, skipped = [] }: Status): Part {
  if (building) return { ok: true, message: indexing(building) }
  const problem = fallbacks.find(({ from }) => from === 'current-documents')
  if (problem) return { ok: false, message: problem.reason }
  return { ok: true, message: skipped.length > 0 ? `${skipped.length} 份文件未收录 files were skipped` : 'idle' }
}

/** A node that is missing is told; questions are answered without it. */
function searchOf({ state, nodes, expectedNodes, reason }: NonNullable<Status['search']>): Part {
  const seen = nodes === undefined ? '' : `${nodes}/${expectedNodes} 个节点 nodes`
  return { ok: state === 'ok', message: [seen, reason ?? ''].filter((words) => words !== '').join('；') || state }
}

/** Keywords alone where vectors were wanted is less than the best. */
function modelOf({ embedder, retrieval, fallbacks }: Status): Part {
  const fallback = fallbacks.find(({ from }) => from === 'hybrid')
  if (retrieval === 'keyword' && fallback) return { ok: false, message: fallback.reason }
  return { ok: true, message: embedder ?? '仅关键词检索 keywords alone' }
}

const indexing = ({ step, done, total }: NonNullable<Status['building']>) => `正在建立 building: ${step} ${done}/${total}`
