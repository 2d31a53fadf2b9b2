/** kill -9 at steps of a backup and of a restore: what is called whole is whole, and what was there is there. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { wholeBackups } from '../../src/backup/backups.ts'
import { finishRestore } from '../../src/backup/swap.ts'
import { verifyBackup } from '../../src/backup/verify-backup.ts'
import { configFor, memoryFolder, workshop, writeSmall } from '../library.ts'
import { isLong } from '../store/random.ts'
import type { Plan } from './kill-target.ts'
import { backUp, furnish, openFolders, VERSION } from './office.ts'

const TARGET = fileURLToPath(new URL('./kill-target.ts', import.meta.url))

/** How many steps there were; undefined where it was killed before the last. */
function run(home: string, plan: Plan, step: number): number | undefined {
  const path = join(home, 'plan.json')
  writeFileSync(path, JSON.stringify(plan))
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', TARGET, path, String(step)], { encoding: 'utf8' })
  rmSync(path)
  expect([status, signal], stderr).toEqual(signal === null ? [0, null] : [null, 'SIGKILL'])
  return signal === null ? Number(stdout) : undefined
}

/** Each step, or so many of them, the last ones closest together: there it takes its place. */
function stepsOf(total: number, few: number): number[] {
  if (isLong) return Array.from({ length: total }, (_, step) => step)
  return Array.from({ length: few }, (_, at) => Math.floor(total * (1 - ((few - at) / (few + 1)) ** 3)))
}

/** What the folders hold of the program's, each file by its hash; journals of SQLite, locks and drafts apart. */
function heldIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
      .filter((path) => !/-wal$|-shm$|\.lock$|(?:^|\/)(?:before-)?restore(?:-|\.json\.tmp)/.test(path))
      .map((path) => `${path} ${createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')}`)
      .toSorted(),
  )
}

test('a backup killed at its steps: none that is torn is taken for whole, the data are as they were', { timeout: 1_800_000 }, async () => {
  const { config, home } = workshop(writeSmall, memoryFolder())
  await furnish(config)
  const target = join(home, 'backups')
  const { folder: first } = await backUp(config, target)
  const before = heldIn(config.dataFolder, config.indexFolder)
  const total = run(home, { config, target }, Infinity)!
  expect(total).toBeGreaterThan(20)
  const seen = new Set<number>()
  for (const step of stepsOf(total, 2)) {
    run(home, { config, target }, step)
    expect(heldIn(config.dataFolder, config.indexFolder), `step ${step}`).toEqual(before)
    const whole = await wholeBackups(target)
    for (const { folder } of whole) await verifyBackup({ backup: folder, programVersion: VERSION, openFolders })
    const called = readdirSync(target).filter((name) => name.startsWith('tiaowen-'))
    expect(whole.map(({ folder }) => relative(target, folder)).toSorted(), `step ${step}`).toEqual(called.toSorted())
    expect(whole.length).toBeGreaterThanOrEqual(2)
    seen.add(readdirSync(target).filter((name) => name.startsWith('tmp-')).length)
  }
  expect(seen).toContain(1) // some were killed while they wrote
  run(home, { config, target }, Infinity)
  expect(readdirSync(target).filter((name) => !name.startsWith('tiaowen-'))).toEqual([])
  expect(first).toContain('tiaowen-')
})

test('a restore killed at its steps: the old is there whole or the new is, and the old is never removed', { timeout: 1_800_000 }, async () => {
  const { config, home } = workshop(writeSmall, memoryFolder())
  await furnish(config)
  const { folder: backup } = await backUp(config, join(home, 'backups'))
  // another office stands where it is restored to
  const place = mkdtempSync(join(memoryFolder(), 'tiaowen-place-'))
  onTestFinished(() => rmSync(place, { recursive: true, force: true }))
  const other = configFor(join(place, 'office'))
  mkdirSync(join(place, 'office', 'documents'), { recursive: true })
  writeFileSync(join(place, 'office', 'documents', '条例.txt'), '城市绿化条例\n第一条 为了绿化城市，制定本条例。\n')
  await furnish(other)
  const database = new DatabaseSync(join(other.dataFolder, 'state.sqlite'))
  database.exec('PRAGMA journal_mode = DELETE') // who asks whether it is in use leaves it so
  database.close()
  const old = heldIn(other.dataFolder, other.indexFolder)
  const plan = (of: string): Plan => {
    const { dataFolder, indexFolder } = configFor(of)
    return { config: { ...other, dataFolder, indexFolder }, target: join(home, 'none'), restore: backup }
  }
  const copyOf = (): string => {
    const copy = mkdtempSync(join(place, 'copy-'))
    cpSync(join(place, 'office'), copy, { recursive: true, preserveTimestamps: true })
    return copy
  }
  const done = copyOf()
  const total = run(home, plan(done), Infinity)!
  const restored = heldIn(configFor(done).dataFolder, configFor(done).indexFolder)
  expect([total > 40, restored.length > 15, restored.some((one) => old.includes(one))]).toEqual([true, true, true])
  const states: string[] = []
  for (const step of stepsOf(total, 4)) {
    const copy = copyOf()
    run(home, plan(copy), step)
    const { dataFolder, indexFolder } = configFor(copy)
    const isHalf = readdirSync(dataFolder).includes('restore.json')
    await finishRestore({ dataFolder, indexFolder })
    const now = heldIn(dataFolder, indexFolder)
    const isOld = JSON.stringify(now) === JSON.stringify(old)
    if (!isOld) expect(now, `step ${step}`).toEqual(restored)
    const asides = [dataFolder, indexFolder].map((folder) =>
      readdirSync(folder).filter((name) => name.startsWith('before-restore-')).map((name) => join(folder, name)))
    if (!isOld) expect(heldIn(...asides.flat()), `step ${step}`).toEqual(old)
    states.push(isOld ? 'old' : isHalf ? 'finished' : 'new')
    // and once more, to its end, whatever the first left
    if (isOld && (isLong ? step % 5 === 3 : states.length === 1)) {
      run(home, plan(copy), Infinity)
      expect(heldIn(dataFolder, indexFolder), `after step ${step}`).toEqual(restored)
      expect(readdirSync(dataFolder).filter((name) => name.startsWith('restore')), `after step ${step}`).toEqual([])
    }
    expect(readdirSync(dataFolder)).not.toContain('restore.json')
    rmSync(copy, { recursive: true })
  }
  expect(states.join(' ')).toMatch(/^old (?:old )*(?:finished ?)+(?:new ?)*$/)
})
