/** `tiaowen index`: what each round over the folders came to. */
import type { PolicyError } from '../../errors.ts'
import { plain } from '../render.ts'
import { json, type Printing } from './answers.ts'
import { skippedRows } from './doctor.ts'
import { EXIT } from './help.ts'

/** A round over the folders, or its failure while watching; see index-rounds.ts. */
export type IndexEvent = IndexRound | { readonly kind: 'failed'; readonly error: PolicyError }

export interface IndexRound {
  readonly kind: 'round'
  readonly generation: string
  readonly wasBuilt: boolean
  readonly documents: number
  readonly clauses: number
  readonly embedder: string | null
  readonly vectors: 'hnsw' | 'exact' | null
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
  readonly unchanged: number
  /** Texts whose vectors had to be made. */
  readonly embedded: number
  readonly seconds: number
  readonly skipped: readonly { readonly source: string; readonly code: string; readonly message: string }[]
  readonly notice?: string
}

export interface IndexRequest {
  /** Absent: those of the configuration. */
  readonly folders: readonly string[]
  readonly watch: boolean
}

/** Prints every round; the last words of one are the files that could not be read. */
export async function index(
  rounds: AsyncIterable<IndexEvent>,
  { watch, isJson }: { readonly watch: boolean; readonly isJson: boolean },
  { print, style }: Printing,
  printError: (text: string) => void,
): Promise<number> {
  let isFirst = true
  for await (const event of rounds) {
    if (event.kind === 'failed') {
      printError(plain(`${event.error.message}（${event.error.code}）`))
      continue
    }
    if (isJson) print(watch ? JSON.stringify(event) : json(event))
    else {
      print(roundText(event))
      if (event.notice !== undefined && isFirst) printError(style.warning(plain(event.notice)))
      if (watch && isFirst) print('正在等待文件变化（Ctrl+C 停止）…… watching for changes')
    }
    isFirst = false
  }
  return EXIT.done
}

/** Files of one kind that are named; of more only the number. */
const NAMED = 20

function roundText(round: IndexRound): string {
  const { added, changed, removed, renamed, unchanged, embedded, seconds } = round
  const vectors = round.vectors ? `，向量 ${round.embedder}（${round.vectors}）` : '，没有向量，只按关键词检索'
  const counts =
    `新增 ${added.length}，修改 ${changed.length}，移除 ${removed.length}，改名 ${renamed.length}，未变 ${unchanged}；` +
    `计算向量 ${embedded} 段；用时 ${seconds.toFixed(1)} 秒。`
  return [
    `索引 ${round.generation}：${round.documents} 份文件，${round.clauses} 个条款${vectors}。`,
    round.wasBuilt ? counts : `没有变化，未重建；用时 ${seconds.toFixed(1)} 秒。`,
    ...(round.wasBuilt
      ? [
          ...rows('+', added),
          ...rows('~', changed),
          ...rows('-', removed),
          ...rows('>', renamed.map(({ from, to }) => `${from} → ${to}`)),
        ]
      : []),
    ...(round.skipped.length > 0 ? ['未收录：', ...skippedRows(round)] : []),
  ].join('\n')
}

function rows(sign: string, sources: readonly string[]): string[] {
  const named = sources.slice(0, NAMED).map((source) => `  ${sign} ${plain(source)}`)
  return sources.length > NAMED ? [...named, `  ${sign} …… 另有 ${sources.length - NAMED} 个`] : named
}
