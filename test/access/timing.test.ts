/**
 * How long it takes to refuse a key or a password tells nothing: Welch's t over many samples in a random order, of all
 * of them and of the quickest nine tenths, where a busy machine disturbs least; of passwords, which take a core for a
 * while, the median of the processor's time. In npm test only that it can be measured.
 */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { IN_MEMORY, openSqliteAccess } from '../../src/access/sqlite-access.ts'
import { randomFrom } from '../store/random.ts'

const IS_LONG = process.env['TIAOWEN_LONG'] === '1'
const BY = { by: 'cli' }
const KEY_SAMPLES = IS_LONG ? 300_000 : 300
const PASSWORD_SAMPLES = IS_LONG ? 300 : 6
const KEYS = 200
const T = 4.5

const mean = (samples: readonly number[]) => samples.reduce((sum, one) => sum + one, 0) / samples.length
const variance = (samples: readonly number[], middle: number) =>
  samples.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (samples.length - 1)

/** Welch's t of two sets of samples. */
function welch(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [mean(one), mean(other)]
  return (a - b) / Math.sqrt(variance(one, a) / one.length + variance(other, b) / other.length)
}

function quickest(samples: readonly number[], share = 0.9): readonly number[] {
  const limit = samples.toSorted((one, other) => one - other)[Math.floor(samples.length * share)]!
  return samples.filter((one) => one <= limit)
}

const wallTime = () => Number(process.hrtime.bigint())
/** Of all threads, in nanoseconds. */
const processorTime = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1_000
}

/** Nanoseconds of each kind, in a random order. */
async function timed<Kind extends string>(
  count: number,
  kinds: Readonly<Record<Kind, () => string>>,
  work: (given: string) => Promise<unknown>,
  clock = wallTime,
): Promise<Record<Kind, number[]>> {
  const { pick } = randomFrom(45)
  const names = Object.keys(kinds) as Kind[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Kind, number[]>
  for (let done = 0; done < count; done++) {
    const name = pick(names)
    const given = kinds[name]()
    const start = clock()
    await work(given)
    const took = clock() - start
    if (done > count / 20) samples[name].push(took) // what comes first is still being compiled
  }
  return samples
}

test(`${KEY_SAMPLES} refused keys take as long wherever they are wrong`, { timeout: 600_000 }, async () => {
  const store = openSqliteAccess(IN_MEMORY)
  const secrets: string[] = []
  for (let made = 0; made < KEYS; made++) {
    secrets.push((await store.createKey({ name: '处室', scopes: ['ask'], sight: [] }, BY)).secret)
  }
  const { pick } = randomFrom(17)
  const other = (secret: string, at: number) => `${secret.slice(0, at)}${secret[at] === 'A' ? 'B' : 'A'}${secret.slice(at + 1)}`
  const many = (make: () => string) => {
    const made = Array.from({ length: 5_000 }, make)
    return () => pick(made)
  }
  const samples = await timed(KEY_SAMPLES, {
    early: many(() => other(pick(secrets), 16)),
    late: many(() => other(pick(secrets), 49)),
    unknown: many(() => `tw_live_${randomBytes(32).toString('base64url')}`),
  }, (secret) => store.keyBySecret(secret))
  store.close()
  const { early, late, unknown } = samples
  const found = [welch(early, late), welch(quickest(early), quickest(late)), welch(early, unknown), welch(quickest(early), quickest(unknown))]
  if (!IS_LONG) return expect(found.every(Number.isFinite)).toBe(true)
  process.stderr.write(`t of ${KEY_SAMPLES} refused keys: early–late ${found[0]}, ${found[1]}; known–unknown ${found[2]}, ${found[3]}\n`)
  for (const t of found) expect(Math.abs(t)).toBeLessThan(T)
})

test(`${PASSWORD_SAMPLES} refused sign-ins take as long whoever is named`, { timeout: 600_000 }, async () => {
  const store = openSqliteAccess(IN_MEMORY, IS_LONG ? {} : { passwordCost: { memoryKiB: 8, passes: 1, lanes: 1 } })
  const person = { name: '李明', role: 'reader', sight: [] } as const
  const password = '春眠不觉晓处处闻啼鸟夜来'
  await store.createPerson({ ...person, login: 'li.ming', password }, BY)
  const gone = await store.createPerson({ ...person, login: 'zhao.gang', password }, BY)
  await store.changePerson(gone.id, { disabled: true }, BY)
  await store.createPerson({ ...person, login: 'sun.hong' }, BY)
  const samples = await timed(
    PASSWORD_SAMPLES,
    { known: () => 'li.ming', nobody: () => 'qian.jin', disabled: () => 'zhao.gang', withoutPassword: () => 'sun.hong' },
    (login) => store.personByPassword(login, login === 'zhao.gang' ? password : '夜来风雨声花落知多少几何'),
    processorTime,
  )
  store.close()
  if (!IS_LONG) return
  const median = (list: readonly number[]) => list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)]!
  const medians = Object.values(samples).map(median)
  process.stderr.write(`ms of refused sign-ins: ${JSON.stringify(Object.fromEntries(Object.keys(samples).map((kind, at) => [kind, medians[at]! / 1e6])))}\n`)
  for (const one of medians) expect(Math.abs(one / medians[0]! - 1)).toBeLessThan(0.05)
})
