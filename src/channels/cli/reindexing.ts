/** `tiaowen reindex --verify`: what the search cluster holds, collection by collection, and what was repaired. */
import { plain } from '../render.ts'
import { json, type Printing } from './answers.ts'
import { EXIT } from './help.ts'

/** See verify-search.ts. */
export interface SearchReport {
  readonly generation: string
  readonly collections: readonly {
    readonly collection: string
    readonly exists: boolean
    readonly expected: number
    readonly counted: number
    readonly missing: number
    readonly foreign: number
    readonly compared: number
    readonly different: number
    readonly repaired: number
  }[]
}

export interface ReindexWanted {
  /** All objects are compared, not a sample of each collection. */
  readonly all: boolean
}

/** Exit code 0: all was as it should be; 6: something was not, and is repaired now. */
export async function verifyIndex(
  report: Promise<SearchReport>,
  isJson: boolean,
  { print }: Printing,
): Promise<number> {
  const { generation, collections } = await report
  const isWhole = collections.every(({ repaired, foreign }) => repaired === 0 && foreign === 0)
  if (isJson) print(json({ generation, isWhole, collections }))
  else {
    const lines = collections.map((one) => `  ${one.collection}：${wordsOf(one)}`)
    const repaired = collections.reduce((sum, one) => sum + one.repaired, 0)
    const end = isWhole ? '检索集群与索引一致。' : `检索集群与索引有出入，已修复 ${repaired} 条；向量取自索引，没有重新计算。`
    print(plain([`索引 ${generation}：`, ...lines, end].join('\n')))
  }
  return isWhole ? EXIT.done : EXIT.wrong
}

function wordsOf({ exists, expected, counted, missing, foreign, compared, different }: SearchReport['collections'][number]): string {
  const faults = [
    ...(exists ? [] : ['集合不存在，已新建']),
    ...(missing > 0 ? [`缺 ${missing} 条`] : []),
    ...(foreign > 0 ? [`多出 ${foreign} 条不属于本索引的，已删除`] : []),
    ...(different > 0 ? [`${different} 条内容不符`] : []),
  ]
  const state = faults.length === 0 ? '完好' : faults.join('，')
  return `应有 ${expected} 条，现有 ${counted} 条，逐条比对 ${compared} 条；${state}`
}
