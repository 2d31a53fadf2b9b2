/**
 * Files that were sent and do not count yet: `data/staging/<id>/` with the file, its text and what it is, in this order;
 * what has no `upload.json` was never finished, what has no `file` was accepted. Swept away after a day.
 */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, makeFolder, removeFolder, sha256, writeWhole } from '../documents/files.ts'
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
      await writeWhole(this.#path(id, 'upload.json'), sealed(upload))
      return upload
    } catch (error) {
      await this.forget(id)
      throw error
    }
  }

  /** @throws PolicyError 'no-such-upload' */
  async get(id: string): Promise<StagedUpload> {
    const upload = ID.test(id) ? await this.#read(id) : undefined // another server of this folder may have taken it
    if (!upload || this.#isOld(upload)) throw noSuchUpload(id)
    this.#ids.add(id)
    return upload
  }

  /** @throws PolicyError 'no-such-upload' */
  async text(id: string): Promise<string> {
    const { textSha256, name } = await this.get(id)
    const text = await readFile(this.#path(id, 'text.txt'), 'utf8')
    if (sha256(text) !== textSha256) throw notWhole(name)
    return text
  }

  /** An upload whose file is as it was sent and looked at. @throws PolicyError 'no-such-upload', 'file-unreadable' */
  async whole(id: string): Promise<StagedUpload> {
    const upload = await this.get(id)
    if (sha256(await readFile(this.file(id))) !== upload.fileSha256) throw notWhole(upload.name)
    return upload
  }

  async drop(id: string): Promise<void> {
    if (!this.#ids.has(id)) return
    await removeFolder(join(this.#folder, id))
    this.#ids.delete(id)
  }

  /** What is left of an upload that counts, or never will; where it cannot be removed now, the next start does. */
  async forget(id: string): Promise<void> {
    await this.drop(id).catch(() => this.#ids.delete(id))
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

  /** Undefined where it is not whole. */
  async #read(id: string): Promise<StagedUpload | undefined> {
    try {
      await stat(this.file(id))
      return unsealed(await readFile(this.#path(id, 'upload.json'), 'utf8'))
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
    const found = await stat(join(this.#folder, id)).catch(() => undefined) // gone meanwhile
    return found !== undefined && this.#now().getTime() - found.mtimeMs > UNFINISHED_MS
  }

  async #sweep(): Promise<void> {
    this.#sweptAt = this.#now().getTime()
    for (const id of [...this.#ids]) {
      const upload = await this.#read(id)
      if (upload && this.#isOld(upload)) await this.drop(id)
    }
  }
}

/** With its SHA-256, so that a changed byte is seen; what is whole was written by us and is trusted. */
const sealed = (upload: StagedUpload): string => `${sha256(JSON.stringify(upload))}\n${JSON.stringify(upload)}`

function unsealed(content: string): StagedUpload | undefined {
  const [seal, json = ''] = content.split('\n')
  return sha256(json) === seal ? (JSON.parse(json) as StagedUpload) : undefined
}

const notWhole = (name: string) =>
  new PolicyError('file-unreadable', `${name} 上传后在磁盘上变了，没有收录。请重新上传，并请管理员检查磁盘。`)

const noSuchUpload = (id: string) =>
  new PolicyError('no-such-upload', `没有等待确认的上传 ${id.slice(0, 50)}：它可能已经收录、取消，或已超过一天。请重新上传。`)
