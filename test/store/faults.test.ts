/** The Nth call of the file system fails, for every N: the generation in place serves, and the next write succeeds. */
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PolicyError } from '../../src/errors.ts'
import { type Disk, nodeDisk } from '../../src/store/disk.ts'
import { openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { type FaultDisk, type FaultPlan, faultDisk } from './fault-disk.ts'
import { contentOf, expectWhole, temporaryFolder } from './fixture.ts'
import { isLong } from './random.ts'

const READS: readonly (keyof Disk)[] = ['list', 'size', 'read', 'readInPieces']
/** A full or read-only disk still reads and (when full) removes. */
const ERRORS = [
  { code: 'ENOSPC', kind: 'disk-full', spares: [...READS, 'remove'] },
  { code: 'EROFS', kind: 'index-unwritable', spares: READS },
  { code: 'EACCES', kind: 'index-unwritable', spares: [] },
  { code: 'EMFILE', kind: 'index-unwritable', spares: [] },
  { code: 'EIO', kind: 'index-unwritable', spares: [] },
] as const
const ALL_PLANS = ERRORS.flatMap((error) =>
  (['once', 'forever'] as const).flatMap((lasts) =>
    (['none', 'partial'] as const).map((effect) => ({ ...error, lasts, effect })),
  ),
)
/** By default a full disk that tears a write, one error that did its work all the same, and too many open files. */
const SHORT = ['ENOSPC forever partial', 'EIO once partial', 'EMFILE once none']
const PLANS = ALL_PLANS.filter(({ code, lasts, effect }) => isLong || SHORT.includes(`${code} ${lasts} ${effect}`))

const UNREADABLE = { code: 'index-corrupt', message: expect.stringContaining('(input/output error)') }
const LIMIT = { timeout: 120_000 }

/** A folder with generations 1 and 2; `damage`: with the second one damaged. */
async function pristine(damage = false): Promise<string> {
  const folder = temporaryFolder()
  await writeGeneration(folder, contentOf(1))
  await writeGeneration(folder, contentOf(2))
  const path = join(folder, 'gen-00000002/vectors.bin')
  if (damage) writeFileSync(path, readFileSync(path).fill(0, 100))
  return folder
}

/** Runs `work` with the 1st, 2nd, 3rd … call failing, each on a copy of the folder, until no call fails any more. */
async function forEveryCall(
  folder: string,
  plan: Omit<FaultPlan, 'at'>,
  work: (disk: FaultDisk, copy: string) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at++) {
    const copy = `${folder}-copy`
    cpSync(folder, copy, { recursive: true })
    const disk = faultDisk(nodeDisk, { ...plan, at })
    try {
      await work(disk, copy)
      if (disk.failed.length === 0) return at - 1
    } catch (error) {
      if (error instanceof Error) error.message = `call ${at} (${disk.failed[0]}): ${error.message}`
      throw error
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }
}

/** The error, which must be one a person can act on. */
async function refusalOf(work: Promise<unknown>, code: string, kind: string): Promise<PolicyError | undefined> {
  const error = await work.then(() => undefined, (error: unknown) => error)
  if (error === undefined) return undefined
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ code: kind, message: expect.stringContaining(code), cause: { code } })
  return error as PolicyError
}

describe.each(PLANS)('$code, $lasts, effect $effect', ({ code, kind, lasts, effect, spares }) => {
  test('while a generation is written: the old one or the whole new one is there', LIMIT, async () => {
    const folder = await pristine()
    const calls = await forEveryCall(folder, { code, lasts, effect, spares }, async (disk, copy) => {
      const old = await openCurrent(copy, { pin: true })
      const refusal = await refusalOf(writeGeneration(copy, contentOf(3), { disk }), code, kind)
      expect(await expectWhole(old.generation!)).toBe(2) // it keeps serving
      old.release()
      const { generation, recovered } = await openCurrent(copy)
      expect(recovered).toBeUndefined()
      const number = await expectWhole(generation!)
      expect(refusal ? [2, 3] : [3]).toContain(number)
      // the new one is there after a refusal only where CURRENT was renamed and just that could not be confirmed
      if (refusal && number === 3) expect(disk.failed[0]).toMatch(/^(?:rename|syncFolder) /)
      await writeGeneration(copy, contentOf(4))
      expect(await expectWhole((await openCurrent(copy)).generation!)).toBe(4)
      expect(readdirSync(copy).filter((name) => !/^gen-\d{8}$/.test(name))).toEqual(['CURRENT'])
    })
    expect(calls).toBeGreaterThanOrEqual(20)
  })

  test('while a generation takes files over from the one in place: neither loses a byte', LIMIT, async () => {
    const folder = await pristine()
    const linked = new Set<string>()
    await forEveryCall(folder, { code, lasts, effect, spares }, async (disk, copy) => {
      const content = contentOf(3, { generation: 'gen-00000002', number: 2 })
      const refusal = await refusalOf(writeGeneration(copy, content, { disk }), code, kind)
      if (disk.failed[0]?.startsWith('link ')) linked.add(disk.failed[0].split('/').at(-1)!)
      const { generation, recovered } = await openCurrent(copy)
      expect(recovered).toBeUndefined()
      expect(refusal ? [2, 3] : [3]).toContain(await expectWhole(generation!))
      await writeGeneration(copy, contentOf(4, { generation: generation!.name, number: 2 }))
      expect(await expectWhole((await openCurrent(copy)).generation!)).toBe(4)
      expect(readdirSync(copy).filter((name) => !/^gen-\d{8}$/.test(name))).toEqual(['CURRENT'])
    })
    expect([...linked].toSorted()).toEqual(['clauses.jsonl', 'graph.hnsw'])
  })

  test('while a sound index is opened: it is served or refused, and nothing is set aside', LIMIT, async () => {
    const folder = await pristine()
    await forEveryCall(folder, { code, lasts, effect, spares }, async (disk, copy) => {
      const isUnreadable = code === 'EIO' && lasts === 'forever' // then nothing can be moved either
      const serving = openCurrent(copy, { disk }).then(async ({ generation }) => {
        if (generation || !isUnreadable) expect(await expectWhole(generation!)).toBe(2)
      })
      if (!isUnreadable) await refusalOf(serving, code, kind)
      else await serving.catch((error: unknown) => expect(error).toMatchObject(UNREADABLE))
      const { generation, recovered } = await openCurrent(copy)
      expect(recovered).toBeUndefined()
      expect(await expectWhole(generation!)).toBe(2)
    })
  })

  test('while a damaged index is mended: nothing wrong is served, and the parent is', LIMIT, async () => {
    const folder = await pristine(true)
    await forEveryCall(folder, { code, lasts, effect, spares }, async (disk, copy) => {
      const opening = openCurrent(copy, { disk })
      if (!(await refusalOf(opening, code, kind))) {
        const { generation, recovered } = await opening
        const isUnreadable = code === 'EIO' && lasts === 'forever'
        expect(isUnreadable ? [undefined, 'gen-00000001'] : ['gen-00000001']).toContain(generation?.name)
        expect(recovered!.damage.length).toBeGreaterThan(0)
      }
      expect(await expectWhole((await openCurrent(copy)).generation!)).toBe(1)
      expect((await openCurrent(copy)).recovered).toBeUndefined()
    })
  })
})

test('a full disk is named with the next step', async () => {
  const folder = await pristine()
  const spares = [...READS, 'remove'] as const
  const disk = faultDisk(nodeDisk, { at: 4, code: 'ENOSPC', lasts: 'forever', effect: 'partial', spares })
  await expect(writeGeneration(folder, contentOf(3), { disk })).rejects.toThrow(
    `Could not write a new generation in ${folder}: the disk is full (ENOSPC: planned, create '${folder}`,
  )
  expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'gen-00000001', 'gen-00000002']) // nothing is left behind
})
