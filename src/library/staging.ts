/**
 * Files that were sent and do not count yet: `data/staging/<id>/` with the file, its text and what it is, in this order;
 * what has no `upload.json` was never finished, what has no `file` was accepted. Swept away after a day.
 */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, makeFolder, writeWhole } from '../documents/files.ts'
import { PolicyError } from '../errors.ts'
import { readUpload, type Preview, type PreviewLimits } from './preview.ts'

export interface StagedUpload extends Preview {
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** ISO 8601, UTC. */
  readonly stagedAt: string
}

export const MOST_STAGED = 100
const LIVES_MS = 24 * 60 * 60 * 1000
const UNFINISHED_MS = 10 * 60 * 1000
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface StagingOptions {
  readonly now?: () => Date
  readonly limits?: PreviewLimits
}

export class Staging {
  readonly #folder: string
  readonly #now: () => Date
  readonly #limits: PreviewLimits | undefined
  /** Ids in use, those being read among them. */
  readonly #ids = new Set<string>()
  #sweptAt = 0

  constructor(dataFolder: string, { now = () => new Date(), limits }: StagingOptions = {}) {
    this.#folder = join(dataFolder, 'staging')
    this.#now = now
    this.#limits = limits
  }

  /** Takes away what is unfinished or too old; what an earlier process left counts. */
  async open(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const id of names) {
      const upload = ID.test(id) ? await this.#read(id) : undefined
      if (upload) this.#ids.add(id)
      else if (await this.#isAbandoned(id)) await rm(join(this.#folder, id), { recursive: true, force: true })
    }
    await this.#sweep()
  }

  /** @throws PolicyError 'too-many-uploads' */
  async admit(): Promise<void> {
    if (this.#now().getTime() - this.#sweptAt > LIVES_MS / 24 || this.#ids.size >= MOST_STAGED) await this.#sweep()
    this.#refuseMore()
  }

  /** @throws PolicyError 'too-many-uploads', 'disk-full', 'file-…' */
  async put(name: string, bytes: Uint8Array): Promise<StagedUpload> {
    this.#refuseMore()
    const id = randomUUID()
    this.#ids.add(id)
    try {
      await makeFolder(join(this.#folder, id))
      await writeWhole(this.file(id), bytes)
      const { preview, text } = await readUpload(this.file(id), name, this.#limits)
      const upload = { ...preview, id, name, bytes: bytes.length, stagedAt: this.#now().toISOString() }
      await writeWhole(this.#path(id, 'text.txt'), text)
      await writeWhole(this.#path(id, 'upload.json'), JSON.stringify(upload))
      return upload
    } catch (error) {
      await this.drop(id)
      throw error
    }
  }

  /** @throws PolicyError 'no-such-upload' */
  async get(id: string): Promise<StagedUpload> {
    const upload = this.#ids.has(id) ? await this.#read(id) : undefined
    if (!upload || this.#isOld(upload)) throw noSuchUpload(id)
    return upload
  }

  /** @throws PolicyError 'no-such-upload' */
  async text(id: string): Promise<string> {
    await this.get(id)
    return readFile(this.#path(id, 'text.txt'), 'utf8')
  }

  async drop(id: string): Promise<void> {
    if (!this.#ids.has(id)) return
    await rm(join(this.#folder, id), { recursive: true, force: true })
    this.#ids.delete(id)
  }

  /** Where the file itself lies. */
  file(id: string): string {
    return this.#path(id, 'file')
  }

  #path(id: string, part: string): string {
    return join(this.#folder, id, part)
  }

  #refuseMore(): void {
    if (this.#ids.size < MOST_STAGED) return
    throw new PolicyError('too-many-uploads', `已有 ${MOST_STAGED} 份上传的文件等待确认。请先收录或取消其中一些，再上传。`)
  }

  /** Undefined where it is not whole: what was written by us is trusted. */
  async #read(id: string): Promise<StagedUpload | undefined> {
    try {
      await stat(this.file(id))
      return JSON.parse(await readFile(this.#path(id, 'upload.json'), 'utf8')) as StagedUpload
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
      throw error
    }
  }

  #isOld({ stagedAt }: StagedUpload): boolean {
    return this.#now().getTime() - Date.parse(stagedAt) > LIVES_MS
  }

  /** Another server may be reading it just now. */
  async #isAbandoned(id: string): Promise<boolean> {
    const { mtimeMs } = await stat(join(this.#folder, id))
    return this.#now().getTime() - mtimeMs > UNFINISHED_MS
  }

  async #sweep(): Promise<void> {
    this.#sweptAt = this.#now().getTime()
    for (const id of [...this.#ids]) {
      const upload = await this.#read(id)
      if (upload && this.#isOld(upload)) await this.drop(id)
    }
  }
}

const noSuchUpload = (id: string) =>
  new PolicyError('no-such-upload', `没有等待确认的上传 ${id.slice(0, 50)}：它可能已经收录、取消，或已超过一天。请重新上传。`)
