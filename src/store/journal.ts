/**
 * Work done, kept as it is done: records of a key and some bytes, appended to a file and read back after a crash. What
 * stands after the first record that is not whole is cut off. A journal is a help: a disk that refuses it stops it, not
 * the work.
 */
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { codeOf } from './disk.ts'

/** Bytes before a record: length of key and value, CRC-32 of both. */
const HEAD_BYTES = 12
/** Records are written together, so that a record does not cost a call of the system. */
const WRITE_BYTES = 64 * 1024
const SYNC_MS = 2_000

export class Journal {
  readonly #path: string
  readonly #records = new Map<string, Buffer>()
  #file: number | undefined
  #refused = false
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #synced = performance.now()
  readonly #onFault: (error: unknown) => void

  /** `onFault`: told once when the disk refuses the journal; nothing is kept from then on. */
  constructor(path: string, onFault: (error: unknown) => void = () => {}) {
    this.#path = path
    this.#onFault = onFault
    this.#attempt(() => this.#readBack())
  }

  /** Records read back from an earlier run. */
  get size(): number {
    return this.#records.size
  }

  get(key: string): Buffer | undefined {
    return this.#records.get(key)
  }

  append(key: string, value: Uint8Array): void {
    if (this.#refused) return
    const record = Buffer.concat([Buffer.from(key), value])
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(Buffer.byteLength(key), 0)
    head.writeUInt32LE(value.length, 4)
    head.writeUInt32LE(crc32(record), 8)
    this.#waiting.push(head, record)
    this.#waitingBytes += HEAD_BYTES + record.length
    if (this.#waitingBytes >= WRITE_BYTES) this.flush()
  }

  /** What an earlier run left is no longer asked for; the file stays until `remove`. */
  forget(): void {
    this.#records.clear()
  }

  /** Hands what waits to the system; at times it is made to last. */
  flush(): void {
    this.#attempt(() => {
      if (this.#refused || this.#waitingBytes === 0) return
      this.#file ??= openSync(this.#path, 'a')
      const bytes = Buffer.concat(this.#waiting)
      this.#waiting = []
      this.#waitingBytes = 0
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at)
      if (performance.now() - this.#synced < SYNC_MS) return
      fdatasyncSync(this.#file)
      this.#synced = performance.now()
    })
  }

  close(): void {
    this.flush()
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** The work is done: nothing is to be kept. */
  remove(): void {
    this.close()
    this.#attempt(() => rmSync(this.#path, { force: true }))
  }

  /** Does work that may need the room the journal takes on a full disk: it is put back when the work fails. */
  async makingRoom<T>(work: () => Promise<T>): Promise<T> {
    this.close()
    let bytes: Buffer | undefined
    this.#attempt(() => {
      bytes = existsSync(this.#path) ? readFileSync(this.#path) : undefined
      rmSync(this.#path, { force: true })
    })
    try {
      return await work()
    } catch (error) {
      this.#attempt(() => bytes && writeFileSync(this.#path, bytes))
      throw error
    }
  }

  #readBack(): void {
    if (!existsSync(this.#path)) return
    const bytes = readFileSync(this.#path)
    let at = 0
    while (at + HEAD_BYTES <= bytes.length) {
      if (bytes.readUInt32LE(at) === 0) break // no key is empty: zeros that a power cut left
      const keyEnd = at + HEAD_BYTES + bytes.readUInt32LE(at)
      const end = keyEnd + bytes.readUInt32LE(at + 4)
      if (end > bytes.length || crc32(bytes.subarray(at + HEAD_BYTES, end)) !== bytes.readUInt32LE(at + 8)) break
      this.#records.set(bytes.toString('utf8', at + HEAD_BYTES, keyEnd), bytes.subarray(keyEnd, end))
      at = end
    }
    if (at < bytes.length) truncateSync(this.#path, at)
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      if (this.#file !== undefined) closeSync(this.#file)
      this.#file = undefined
      if (!this.#refused) this.#onFault(error)
      this.#refused = true
    }
  }
}
