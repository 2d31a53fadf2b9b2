/** Whatever happens to the files of an index, a wrong byte is never served and the parent takes over. */
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Opened, openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { filesOf, randomByteChange, truncateRandomly, zeroTail } from './damage.ts'
import { contentOf, expectWhole, temporaryFolder } from './fixture.ts'
import { type Random, randomFrom, repeat, trials } from './random.ts'

const SEED = 20_260_215

/** A folder with generations 1 and 2, to be copied for every trial. */
async function pristine(): Promise<string> {
  const folder = temporaryFolder()
  await writeGeneration(folder, contentOf(1))
  await writeGeneration(folder, contentOf(2))
  return folder
}

/** Copies the folder, damages the copy and opens it twice: the second time all must be in order. */
async function afterDamage(folder: string, damage: (copy: string) => void): Promise<Opened> {
  const copy = join(folder, '..', `${folder}-copy`)
  try {
    cpSync(folder, copy, { recursive: true })
    damage(copy)
    const opened = await openCurrent(copy)
    const number = opened.generation && (await expectWhole(opened.generation))
    const again = await openCurrent(copy)
    expect([again.generation?.name, again.recovered]).toEqual([opened.generation?.name, undefined])
    const next = await writeGeneration(copy, contentOf(3))
    expect(next.parent).toBe(opened.generation?.name ?? null)
    expect(await expectWhole((await openCurrent(copy)).generation!)).toBe(3)
    return { ...opened, generation: opened.generation && { ...opened.generation, number: number ?? 0 } }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** What must come of damage to one file. */
function expectRecovery(file: string, { generation, recovered }: Opened): void {
  if (file.startsWith('gen-00000001')) {
    expect([generation!.name, recovered]).toEqual(['gen-00000002', undefined]) // the parent is not looked at
  } else if (file.endsWith('graph.hnsw')) {
    expect([generation!.name, generation!.damaged.map((found) => found.file)]).toEqual(['gen-00000002', ['graph.hnsw']])
  } else {
    const served = file === 'CURRENT' ? 'gen-00000002' : 'gen-00000001'
    expect([generation!.name, recovered!.damage.map((found) => found.file)]).toEqual([served, [file.split('/').at(-1)]])
    expect(recovered!.mended).toBe(true)
  }
}

const TRIALS = trials(50, 1000)

test(`a random byte changed in a random file is seen, ${TRIALS} times`, { timeout: 600_000 }, async () => {
  const folder = await pristine()
  const hit = new Map<string, number>()
  await repeat(TRIALS, SEED, async (random) => {
    let file = ''
    const opened = await afterDamage(folder, (copy) => {
      file = randomByteChange(copy, random).file
    })
    expectRecovery(file, opened)
    hit.set(file, (hit.get(file) ?? 0) + 1)
  })
  expect(hit.size).toBe(filesOf(folder).length) // CURRENT, two manifests, two times three files that are not empty
})

test('every single byte of CURRENT and of the manifest matters', { timeout: 600_000 }, async () => {
  const folder = await pristine()
  const sizes = { CURRENT: readFileSync(join(folder, 'CURRENT')).length, 'gen-00000002/manifest.json': 0 }
  sizes['gen-00000002/manifest.json'] = readFileSync(join(folder, 'gen-00000002/manifest.json')).length
  for (const [file, size] of Object.entries(sizes)) {
    for (let offset = 0; offset < size; offset += trials(37, 1)) {
      const opened = await afterDamage(folder, (copy) => {
        randomByteChange(copy, at(offset, size, randomFrom(SEED + offset)), (name) => name === file)
      })
      expectRecovery(file, opened)
    }
  }
})

describe.each([
  ['cut short', (path: string, random: Random) => truncateRandomly(path, random)],
  ['filled with zeros to its end', (path: string, random: Random) => zeroTail(path, random)],
])('a file %s', (_how, damage) => {
  test('is seen and recovered from', { timeout: 600_000 }, async () => {
    const folder = await pristine()
    await repeat(trials(20, 500), SEED, async (random) => {
      const file = random.pick(filesOf(folder))
      expectRecovery(file, await afterDamage(folder, (copy) => damage(join(copy, file), random)))
    })
  })
})

describe('files of one generation in another', () => {
  test.each(['vectors.bin', 'clauses.jsonl', 'graph.hnsw', 'manifest.json'])('%s is seen', async (name) => {
    const folder = await pristine()
    const opened = await afterDamage(folder, (copy) => {
      copyFileSync(join(copy, 'gen-00000001', name), join(copy, 'gen-00000002', name))
    })
    expectRecovery(`gen-00000002/${name}`, opened)
  })

  test('a whole generation under the name of another is seen', async () => {
    const folder = await pristine()
    const opened = await afterDamage(folder, (copy) => {
      rmSync(join(copy, 'gen-00000002'), { recursive: true })
      cpSync(join(copy, 'gen-00000001'), join(copy, 'gen-00000002'), { recursive: true })
    })
    expectRecovery('gen-00000002/manifest.json', opened)
  })

  test('a generation that CURRENT of another index names is seen', async () => {
    const [folder, other] = [await pristine(), temporaryFolder()]
    await writeGeneration(other, contentOf(7))
    await writeGeneration(other, contentOf(8))
    const { generation, recovered } = await afterDamage(folder, (copy) => {
      copyFileSync(join(other, 'CURRENT'), join(copy, 'CURRENT'))
    })
    expect(generation!.name).toBe('gen-00000001')
    expect(recovered!.damage).toEqual([
      { generation: 'gen-00000002', file: 'manifest.json', reason: 'is not the one that CURRENT names' },
    ])
  })
})

test('a manifest that says the same in another spelling is seen', async () => {
  const folder = await pristine()
  const opened = await afterDamage(folder, (copy) => {
    const path = join(copy, 'gen-00000002/manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('{\n  "', '{\n\t "'))
  })
  expectRecovery('gen-00000002/manifest.json', opened)
})

test('a missing file, whichever, is seen and recovered from', async () => {
  const folder = await pristine()
  for (const file of filesOf(folder)) {
    expectRecovery(file, await afterDamage(folder, (copy) => rmSync(join(copy, file))))
  }
})

/** Chance that picks the one file there is, hits `offset`, and changes the byte by chance. */
function at(offset: number, size: number, random: Random): Random {
  return {
    ...random,
    pick: ([only]) => only as never,
    between: (from, to) => (from === 0 && to === size ? offset : random.between(from, to)),
  }
}
