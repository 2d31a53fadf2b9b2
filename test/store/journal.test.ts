/** Work kept as it is done: what was written is there after a kill, whatever the last bytes were. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Journal } from '../../src/store/journal.ts'
import { suiteFolder } from '../library.ts'

let count = 0
const newPath = (): string => join(suiteFolder(), `journal-${count++}`)
const RECORDS: [string, Buffer][] = Array.from({ length: 300 }, (_, at) => [`第${at}条`, Buffer.alloc(at % 40, at)])

function writeAll(path: string): void {
  const journal = new Journal(path)
  for (const [key, value] of RECORDS) journal.append(key, value)
  journal.close()
}

describe('what was appended', () => {
  test('is read back', () => {
    const path = newPath()
    writeAll(path)
    const again = new Journal(path)
    expect(again.size).toBe(RECORDS.length)
    for (const [key, value] of RECORDS) expect(again.get(key)).toEqual(value)
    expect(again.get('第300条')).toBeUndefined()
    again.close()
  })

  test('is there up to the last whole record, wherever the file was cut; what is appended then is kept too', () => {
    const [whole, path] = [newPath(), newPath()]
    writeAll(whole)
    const bytes = readFileSync(whole)
    for (let length = 0; length < bytes.length; length += 97) {
      writeFileSync(path, bytes.subarray(0, length))
      const cut = new Journal(path)
      const kept = cut.size
      cut.append('补记', Buffer.from('一'))
      cut.close()
      const again = new Journal(path)
      expect(again.size).toBe(kept + 1)
      for (const [key, value] of RECORDS.slice(0, kept)) expect(again.get(key)).toEqual(value)
      expect(again.get('补记')).toEqual(Buffer.from('一'))
      again.close()
    }
  })

  test('with a byte changed, or strange bytes behind it, is not taken for a record', () => {
    const path = newPath()
    writeAll(path)
    appendFileSync(path, Buffer.alloc(20, 7))
    expect(new Journal(path).size).toBe(300)
    const bytes = readFileSync(path)
    bytes[bytes.length - 3]! ^= 1
    writeFileSync(path, bytes)
    expect(new Journal(path).size).toBe(299)
  })

  test('and zeros behind it, which a power cut may leave, are not taken for records', () => {
    const path = newPath()
    writeAll(path)
    appendFileSync(path, Buffer.alloc(48))
    const journal = new Journal(path)
    expect(journal.size).toBe(300)
    journal.append('补', Buffer.from('一'))
    journal.close()
    expect(new Journal(path).size).toBe(301)
  })

  test('gives its room to work that needs it, and is put back when that fails', async () => {
    const path = newPath()
    writeAll(path)
    const journal = new Journal(path)
    journal.append('补', Buffer.from('一'))
    const work = async (): Promise<never> => {
      expect(existsSync(path)).toBe(false)
      throw new Error('满')
    }
    await expect(journal.makingRoom(work)).rejects.toThrow('满')
    expect(new Journal(path).size).toBe(301)
    expect(await journal.makingRoom(async () => existsSync(path))).toBe(false)
    expect(existsSync(path)).toBe(false)
  })

  test('is gone when the work is done; nothing appended, nothing written', () => {
    const path = newPath()
    writeAll(path)
    new Journal(path).remove()
    expect(existsSync(path)).toBe(false)
    new Journal(path).close()
    expect(existsSync(path)).toBe(false)
  })
})

test('a disk that refuses it is told of once, and nothing else is lost', () => {
  const faults: unknown[] = []
  const journal = new Journal(join(newPath(), 'no-such-folder', 'journal'), (error) => faults.push(error))
  for (const [key, value] of RECORDS) journal.append(key, value)
  journal.flush()
  for (const [key, value] of RECORDS) journal.append(key, value)
  journal.close()
  journal.remove()
  expect(faults).toEqual([expect.objectContaining({ code: 'ENOENT' })])
})
