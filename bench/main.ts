/**
 * Every bench, one after the other in a process of its own, and a table of what is held to a limit. Run by
 * `npm run bench`; words name the benches to run. Fails when one does.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const BENCHES = ['bootstrap', 'embedding', 'answer', 'ready', 'reading', 'drafts', 'check', 'indexing', 'serving', 'search', 'clients', 'retrieval', 'bots', 'page']
/** A line of a bench that states a figure and its limit. */
const HELD = /^(?<name>.*?) (?<value>[\d.]+)(?<unit> \S+)? \((?:at least|at most) [^)]*\)$/
/** Every run is a line here, so that a figure that falls is seen when it falls. */
const HISTORY = 'evals/bench-history.jsonl'

interface Ended {
  readonly name: string
  readonly passed: boolean
  readonly seconds: number
  /** Its figures with their limits, or the reason why there are none. */
  readonly lines: readonly string[]
}

async function run(name: string): Promise<Ended> {
  console.log(`— ${name}`)
  const began = performance.now()
  const bench = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, bench], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    console.log(line)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const held = lines.filter((line) => HELD.test(line))
  return {
    name,
    passed: code === 0,
    seconds: (performance.now() - began) / 1000,
    lines: held.length > 0 ? held : lines.slice(-1),
  }
}

/** The figures of a run that are held to a limit, with the machine they were measured on. */
function keep(all: readonly Ended[]): void {
  const figures = all.flatMap(({ lines }) =>
    lines.flatMap((line) => {
      const { name, value, unit = '' } = HELD.exec(line)?.groups ?? {}
      return name === undefined ? [] : [[`${name}${unit && ` (${unit.trim()})`}`, Number(value)] as const]
    }),
  )
  if (figures.length === 0) return
  const at = new Date().toISOString()
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, node ${process.versions.node}`
  appendFileSync(HISTORY, `${JSON.stringify({ at, machine, figures: Object.fromEntries(figures) })}\n`)
  console.log(`历史 history: ${HISTORY}`)
}

/** Takes hours where it is asked to, and so is run by its name alone: `npm run bench scale -- 10000 100000`. */
if (process.argv[2] === 'scale') {
  const scale = fileURLToPath(new URL('./scale.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, scale, ...process.argv.slice(3)], { stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  process.exit(code ?? 1)
}

const words = process.argv.slice(2)
const chosen = BENCHES.filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
const all: Ended[] = []
for (const name of chosen) all.push(await run(name))
keep(all)

console.log('')
for (const { name, passed, seconds, lines } of all) {
  const [first = '', ...rest] = lines
  console.log(`${passed ? '✓' : '✗'} ${name.padEnd(10)} ${`${seconds.toFixed(0)} s`.padStart(6)}  ${first}`)
  for (const line of rest) console.log(`${' '.repeat(21)}${line}`)
}
if (all.length === 0) console.log(`没有这项 no such bench: ${words.join(' ')} (${BENCHES.join(', ')})`)
if (all.length === 0 || all.some(({ passed }) => !passed)) process.exitCode = 1
