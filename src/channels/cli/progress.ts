/** How far a long step is: rate and time left. One line of a terminal, written over; elsewhere a line now and then. */

export interface ProgressTo {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Milliseconds of a steady clock; for tests. */
  readonly now?: () => number
}

interface Wording {
  readonly name: string
  readonly unit: string
}

const STEPS: Readonly<Record<string, Wording>> = {
  draft: { name: '核对草稿 checking the draft', unit: '字' },
  checking: { name: '核对文件 checking files', unit: '个' },
  reading: { name: '读取文件 reading files', unit: '个' },
  keywords: { name: '关键词索引 keywords', unit: '条' },
  embedding: { name: '计算向量 embedding', unit: '字' },
  search: { name: '写入检索集群 search cluster', unit: '条' },
  backup: { name: '备份 backing up', unit: 'MB' },
  restore: { name: '恢复 restoring', unit: 'MB' },
  verify: { name: '核对备份 verifying', unit: 'MB' },
}

/** A step that is done sooner is not worth a line. */
const QUIET_MS = 1_000
const TERMINAL_MS = 100
const LINE_MS = 5_000
/** The rate is that of the last seconds: what was known from before goes faster than what is made. */
const WINDOW_MS = 10_000

interface Sample {
  readonly at: number
  readonly done: number
}

export type OnProgress = (step: string, done: number, total: number) => void

export function progressTo({ write, isTerminal, now = () => performance.now() }: ProgressTo): OnProgress {
  let current = ''
  let samples: Sample[] = []
  let began = 0
  let written = 0
  let isShown = false
  const clear = (): void => {
    if (isShown && isTerminal) write('\r\u001b[K')
    isShown = false
  }
  return (step, done, total) => {
    const at = now()
    if (step !== current) {
      clear()
      current = step
      samples = []
      began = at
      written = at - (isTerminal ? TERMINAL_MS : 0)
    }
    samples.push({ at, done })
    while (samples.length > 2 && samples[1]!.at <= at - WINDOW_MS) samples.shift()
    if (done >= total) return clear()
    if (at - began < QUIET_MS || at - written < (isTerminal ? TERMINAL_MS : LINE_MS)) return
    const words = progressWords(step, done, total, rateOf(samples))
    write(isTerminal ? `\r\u001b[K${words}` : `${words}\n`)
    written = at
    isShown = true
  }
}

/** Of the samples, a second. */
function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  return last.at === first.at ? 0 : ((last.done - first.done) * 1000) / (last.at - first.at)
}

/** @example progressWords('embedding', 500, 2000, 100) // '计算向量 embedding 500/2000（25%），100 字/秒，约剩 15 秒' */
export function progressWords(step: string, done: number, total: number, rate: number): string {
  const { name, unit } = STEPS[step] ?? { name: step, unit: '' }
  const share = `${name} ${done}/${total}（${Math.floor((done / Math.max(1, total)) * 100)}%）`
  if (rate <= 0) return share
  const speed = rate < 10 ? rate.toFixed(1) : String(Math.round(rate))
  return `${share}，${speed} ${unit}/秒，约剩 ${timeWords((total - done) / rate)}`
}

/** @example timeWords(75) // '1 分 15 秒' */
export function timeWords(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} 秒`
  if (whole < 3600) return `${Math.floor(whole / 60)} 分 ${whole % 60} 秒`
  return `${Math.floor(whole / 3600)} 小时 ${Math.floor((whole % 3600) / 60)} 分`
}
