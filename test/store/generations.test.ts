/** Generations: written once, opened verified, kept while they are used. */
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Generation, lockForWriting, manifestsIn, openCurrent, type StoreEvent, writeGeneration } from '../../src/store/generations.ts'
import { FILES, bytesOf, contentOf, expectWhole, temporaryFolder } from './fixture.ts'

describe('a generation', () => {
  test('is opened as it was written, with its parent and what was said of it', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, contentOf(2), { now: () => new Date('2026-01-02T03:04:05Z') })
    const { generation, recovered } = await openCurrent(folder)
    expect(recovered).toBeUndefined()
    expect(generation).toMatchObject({
      name: 'gen-00000002',
      number: 2,
      parent: 'gen-00000001',
      createdAt: '2026-01-02T03:04:05.000Z',
      meta: contentOf(2).meta,
      damaged: [],
    })
    expect(await expectWhole(generation!)).toBe(2)
    expect(readFileSync(await generation!.path('graph.hnsw'))).toEqual(bytesOf('graph.hnsw', 2, 3000))
  })

  test('leaves only generations and CURRENT in the folder', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'gen-00000001'])
    const expected = [...Object.keys(FILES), 'manifest.json'].toSorted()
    expect(readdirSync(join(folder, 'gen-00000001')).toSorted()).toEqual(expected)
  })

  test('is absent from an empty folder, and from none', async () => {
    const folder = temporaryFolder()
    expect(await openCurrent(folder)).toMatchObject({ generation: undefined, recovered: undefined })
    expect(await openCurrent(join(folder, 'none'))).toMatchObject({ generation: undefined, recovered: undefined })
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  test('is there for nobody until what has to happen before has happened, and not at all where that fails', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    const seen: unknown[] = []
    const beforeNaming = async (draft: Generation): Promise<void> => {
      seen.push(await expectWhole(draft), (await openCurrent(folder)).generation?.name, readdirSync(folder).filter((name) => name.startsWith('gen-')))
      if (seen.length === 3) throw new Error('the cluster is away')
    }
    await expect(writeGeneration(folder, contentOf(2), { beforeNaming })).rejects.toThrow('the cluster is away')
    expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'gen-00000001'])
    expect((await writeGeneration(folder, contentOf(2), { beforeNaming })).name).toBe('gen-00000002')
    expect(seen).toEqual([2, 'gen-00000001', ['gen-00000001'], 2, 'gen-00000001', ['gen-00000001']])
    expect(await expectWhole((await openCurrent(folder)).generation!)).toBe(2)
  })

  test('the manifests of all tell what is still in use; of one that cannot be read nobody knows', async () => {
    const folder = temporaryFolder()
    for (const at of [1, 2]) await writeGeneration(folder, contentOf(at))
    expect((await manifestsIn(folder))!.map(({ generation }) => generation)).toEqual(['gen-00000001', 'gen-00000002'])
    change(join(folder, 'gen-00000001', 'manifest.json'), 3)
    expect(await manifestsIn(folder)).toBeUndefined()
  })

  test('does not read a byte that changed after it was opened', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    const { generation } = await openCurrent(folder)
    change(join(folder, 'gen-00000001', 'vectors.bin'), 4999)
    const refusal = { code: 'index-corrupt', message: expect.stringContaining('vectors.bin does not have the SHA-256') }
    await expect(generation!.read('vectors.bin')).rejects.toMatchObject(refusal)
    await expect(generation!.path('vectors.bin')).rejects.toMatchObject(refusal)
    expect(generation!.damaged).toMatchObject([{ generation: 'gen-00000001', file: 'vectors.bin' }])
  })

  test('opened by sizes alone finds the damage in the background, and still hands out no wrong byte', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    change(join(folder, 'gen-00000001', 'vectors.bin'), 0)
    const events: StoreEvent[] = []
    const onEvent = (event: StoreEvent) => events.push(event)
    const { generation, recovered } = await openCurrent(folder, { verify: 'sizes', onEvent })
    expect(recovered).toBeUndefined()
    await expect(generation!.path('vectors.bin')).rejects.toMatchObject({ code: 'index-corrupt' })
    expect((await generation!.verifyInBackground()).map(({ file }) => file)).toEqual(['vectors.bin'])
    const sentence = 'gen-00000001: vectors.bin does not have the SHA-256 that was written'
    expect(events.map(({ message }) => message)).toEqual([sentence])
  })

  test('refuses file names that could leave it, and names given twice', async () => {
    const folder = temporaryFolder()
    const write = (...names: string[]) =>
      writeGeneration(folder, { meta: {}, files: names.map((name) => ({ name, bytes: Buffer.from('x') })) })
    for (const names of [['../x'], ['a/b'], ['manifest.json'], ['.x'], ['a', 'a']]) {
      await expect(write(...names)).rejects.toMatchObject({ code: 'internal' })
    }
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('files taken over from an earlier generation', () => {
  const inodeOf = (folder: string, generation: string, file: string): number => statSync(join(folder, generation, file)).ino
  const second = contentOf(2, { generation: 'gen-00000001', number: 1 })

  test('are a second name for the same bytes, and stay when the earlier one is removed', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, second)
    const [graph, vectors] = ['graph.hnsw', 'vectors.bin'].map(
      (file) => inodeOf(folder, 'gen-00000001', file) === inodeOf(folder, 'gen-00000002', file),
    )
    expect([graph, vectors]).toEqual([true, false])
    for (const number of [3, 4]) {
      await writeGeneration(folder, contentOf(number, { generation: `gen-0000000${number - 1}`, number: 1 }))
    }
    expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'gen-00000003', 'gen-00000004'])
    const { generation } = await openCurrent(folder)
    expect(await expectWhole(generation!)).toBe(4)
    expect(generation!.files['graph.hnsw']).toMatchObject({ bytes: 3000, optional: true })
  })

  test('are refused where the earlier one has none of that name, and nothing is left behind', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    const files = [{ name: 'twins.json', sameAs: 'gen-00000001' }]
    await expect(writeGeneration(folder, { meta: {}, files })).rejects.toMatchObject({ code: 'internal' })
    expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'gen-00000001'])
  })

  test('are damaged in both when they are damaged: neither serves, and the next starts afresh', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, second)
    change(join(folder, 'gen-00000001', 'clauses.jsonl'), 5)
    const { generation, recovered } = await openCurrent(folder)
    expect(generation).toBeUndefined()
    expect(recovered!.damage.map(({ generation, file }) => [generation, file])).toEqual([
      ['gen-00000002', 'clauses.jsonl'],
      ['gen-00000001', 'clauses.jsonl'],
    ])
    await writeGeneration(folder, contentOf(3))
    expect(await expectWhole((await openCurrent(folder)).generation!)).toBe(3)
  })
})

describe('when an optional file is damaged', () => {
  test('the generation opens, names it, and hands out all the rest', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, contentOf(2))
    change(join(folder, 'gen-00000002', 'graph.hnsw'), 77)
    const events: StoreEvent[] = []
    const { generation, recovered } = await openCurrent(folder, { onEvent: (event) => events.push(event) })
    expect(recovered).toBeUndefined()
    expect(generation!.damaged).toEqual([
      { generation: 'gen-00000002', file: 'graph.hnsw', reason: 'does not have the SHA-256 that was written' },
    ])
    expect(events.map(({ type }) => type)).toEqual(['damage-found'])
    expect(await expectWhole(generation!)).toBe(2)
    await expect(generation!.path('graph.hnsw')).rejects.toMatchObject({ code: 'index-corrupt' })
  })
})

describe('when a generation is damaged', () => {
  test('it is set aside, its parent serves, CURRENT names the parent, and the log names the file', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, contentOf(2))
    change(join(folder, 'gen-00000002', 'clauses.jsonl'), 5)
    const events: StoreEvent[] = []
    const { generation, recovered } = await openCurrent(folder, { onEvent: (event) => events.push(event) })
    expect(await expectWhole(generation!)).toBe(1)
    expect(recovered).toEqual({
      damage: [
        { generation: 'gen-00000002', file: 'clauses.jsonl', reason: 'does not have the SHA-256 that was written' },
      ],
      setAside: [expect.stringMatching(/^bad-gen-00000002-\d+$/)],
      mended: true,
    })
    expect(events.map(({ type }) => type)).toEqual(['set-aside', 'damage-found', 'fell-back'])
    expect(events.at(-1)!.message).toBe('serving gen-00000001 instead of gen-00000002')
    const again = await openCurrent(folder)
    expect([again.generation!.name, again.recovered]).toEqual(['gen-00000001', undefined])
    expect((await writeGeneration(folder, contentOf(3))).name).toBe('gen-00000003') // a number is never used twice
  })

  test('and no other is whole, nothing is served and the next one starts afresh', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    rmSync(join(folder, 'gen-00000001', 'vectors.bin'))
    const { generation, recovered } = await openCurrent(folder)
    expect(generation).toBeUndefined()
    expect(recovered!.damage).toEqual([{ generation: 'gen-00000001', file: 'vectors.bin', reason: 'is missing' }])
    expect(await openCurrent(folder)).toMatchObject({ generation: undefined, recovered: undefined })
    expect((await writeGeneration(folder, contentOf(2))).parent).toBeNull()
  })

  test('while another writes, the parent serves and the folder is left as it is', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    await writeGeneration(folder, contentOf(2))
    change(join(folder, 'gen-00000002', 'vectors.bin'), 5)
    const lock = await lockForWriting(folder)
    const { generation, recovered } = await openCurrent(folder)
    expect([generation!.name, recovered!.mended, recovered!.setAside]).toEqual(['gen-00000001', false, []])
    await lock.release()
    expect((await openCurrent(folder)).recovered!.mended).toBe(true)
  })

  test('a manifest of a newer format is refused by name', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    const path = join(folder, 'gen-00000001', 'manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"formatVersion": 1', '"formatVersion": 2'))
    const { recovered } = await openCurrent(folder)
    expect(recovered!.damage).toEqual([
      { generation: 'gen-00000001', file: 'manifest.json', reason: 'has format version 2, this program reads 1' },
    ])
  })
})

describe('older generations', () => {
  test('are kept two deep, and more when asked', async () => {
    const folder = temporaryFolder()
    for (const number of [1, 2, 3, 4]) await writeGeneration(folder, contentOf(number))
    expect(generationsIn(folder)).toEqual(['gen-00000003', 'gen-00000004'])
    for (const number of [5, 6]) await writeGeneration(folder, contentOf(number), { keep: 4 })
    expect(generationsIn(folder)).toEqual(['gen-00000003', 'gen-00000004', 'gen-00000005', 'gen-00000006'])
  })

  test('stay as long as somebody reads them', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    const { generation } = await openCurrent(folder)
    const releases = [generation!.acquire(), generation!.acquire()]
    for (const number of [2, 3, 4]) await writeGeneration(folder, contentOf(number))
    expect(await expectWhole(generation!)).toBe(1)
    releases[0]!()
    releases[0]!() // a second call releases nothing
    await writeGeneration(folder, contentOf(5))
    expect(await expectWhole(generation!)).toBe(1)
    releases[1]!()
    await writeGeneration(folder, contentOf(6))
    expect(generationsIn(folder)).toEqual(['gen-00000005', 'gen-00000006'])
  })

  test('are read without error while a writer of the same process switches', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    let isOver = false
    const reader = async () => {
      let last = 0
      while (!isOver) {
        const { generation, recovered, release } = await openCurrent(folder, { pin: true })
        expect(recovered).toBeUndefined()
        const number = await expectWhole(generation!)
        release()
        expect(number).toBeGreaterThanOrEqual(last)
        last = number
      }
      return last
    }
    const readers = [reader(), reader(), reader(), reader()]
    for (let number = 2; number <= 40; number++) await writeGeneration(folder, contentOf(number))
    isOver = true
    for (const last of await Promise.all(readers)) expect(last).toBeGreaterThan(30)
  })

  test('what dead writers left is removed by the next writer, and nothing else', async () => {
    const folder = temporaryFolder()
    await writeGeneration(folder, contentOf(1))
    writeFileSync(join(folder, 'README.md'), 'what this folder is')
    writeFileSync(join(folder, 'CURRENT.tmp'), 'half')
    writeFileSync(join(folder, 'tmp-0123456789abcdef'), 'half')
    await writeGeneration(folder, contentOf(2))
    expect(readdirSync(folder).toSorted()).toEqual(['CURRENT', 'README.md', 'gen-00000001', 'gen-00000002'])
  })
})

function generationsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('gen-')).toSorted()
}

function change(path: string, offset: number): void {
  const bytes = readFileSync(path)
  bytes[offset] = (bytes[offset] as number) ^ 1
  writeFileSync(path, bytes)
}
