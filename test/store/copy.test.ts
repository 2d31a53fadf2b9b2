/** An index that came along is copied once, whole, into a folder that has none. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyGeneration } from '../../src/store/copy.ts'
import { openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { contentOf, expectWhole, temporaryFolder } from './fixture.ts'

test('the copy is a first generation with the same bytes, the same meta and the same date', async () => {
  const [from, to] = [temporaryFolder(), join(temporaryFolder(), 'index')]
  await writeGeneration(from, contentOf(1))
  await writeGeneration(from, contentOf(2), { now: () => new Date('2026-01-02T03:04:05Z') })
  expect(await copyGeneration(from, to)).toBe('gen-00000001')
  const { generation, recovered } = await openCurrent(to)
  expect(recovered).toBeUndefined()
  expect(generation).toMatchObject({ parent: null, createdAt: '2026-01-02T03:04:05.000Z', meta: contentOf(2).meta })
  expect(await expectWhole(generation!)).toBe(2)
})

test('an index that is there stays, and where nothing came along nothing is made', async () => {
  const [from, to] = [temporaryFolder(), temporaryFolder()]
  await writeGeneration(from, contentOf(1))
  await writeGeneration(to, contentOf(2))
  expect(await copyGeneration(from, to)).toBeUndefined()
  expect(await expectWhole((await openCurrent(to)).generation!)).toBe(2)
  rmSync(join(to, 'CURRENT'))
  expect(await copyGeneration(from, to)).toBeUndefined()
  expect(readdirSync(to)).toEqual(['gen-00000001'])
  const [none, empty] = [join(from, 'none'), temporaryFolder()]
  expect(await copyGeneration(none, empty)).toBeUndefined()
  expect(readdirSync(empty)).toEqual([])
})

test('one whose bytes changed on the way is not taken, and is left as it lies', async () => {
  const [from, to] = [temporaryFolder(), temporaryFolder()]
  await writeGeneration(from, contentOf(1))
  writeFileSync(join(from, 'gen-00000001', 'vectors.bin'), 'not the vectors')
  expect(await copyGeneration(from, to)).toBeUndefined()
  expect(readdirSync(from).toSorted()).toEqual(['CURRENT', 'gen-00000001'])
  expect(readdirSync(to)).toEqual([])
})
