/** manifest.json of a backup: what it holds, by whom and of what, in one file of which no byte can change unseen. */
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import { canonicalJson, sha256Of } from '../store/hash.ts'

export const BACKUP_FORMAT = 1
export const MANIFEST = 'manifest.json'

/** The folders of a backup, as those of a running program, and its questions. */
export const DATA = 'data'
export const INDEX = 'index'
export const STATE = `${DATA}/state.sqlite`
export const QUESTIONS = 'questions.json'
export const CONFIGURATION = 'configuration.json'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Below the backup, parts joined by `/`; leads nowhere else. */
const FilePath = z.string().refine((path) => path.split('/').every((part) => !['', '.', '..'].includes(part)) && !path.includes('\0'))

const FileRecord = z.strictObject({ bytes: z.number().int().nonnegative(), sha256: Sha256 })
export type FileRecord = Readonly<z.infer<typeof FileRecord>>

const Manifest = z.strictObject({
  formatVersion: z.literal(BACKUP_FORMAT),
  /** Of the program that made it, e.g. `0.1.0`. */
  programVersion: z.string(),
  /** Name of the machine, and the folders there. */
  host: z.string(),
  dataFolder: z.string(),
  indexFolder: z.string(),
  /** The backup began then; what was acknowledged before is in it. ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Versions of what is in it. `stateSchema`: user_version of state.sqlite; null where there is none. */
  stateSchema: z.number().int().nullable(),
  /** The generation; null where there was no index. */
  generation: z.string().nullable(),
  documents: z.number().int(),
  conversations: z.number().int(),
  /** Of kept conversations; `resolved`: those whose words stand in a text that is in the backup. */
  citations: z.strictObject({ total: z.number().int(), resolved: z.number().int() }),
  /** Documents in folders of the operator, which are not in the backup; their texts are. */
  operatorDocuments: z.array(
    z.strictObject({ id: z.string(), path: z.string(), fileSha256: Sha256, textSha256: Sha256 }),
  ),
  /** What was found wrong while it was made, and names in the data folder that it leaves out. */
  notices: z.array(z.string()),
  leftOut: z.array(z.string()),
  files: z.record(FilePath, FileRecord),
  /** Of the canonical JSON of all the rest. */
  manifestSha256: Sha256,
})
export type BackupManifest = Readonly<z.infer<typeof Manifest>>

/** The bytes of manifest.json. */
export function writeManifest(content: Omit<BackupManifest, 'formatVersion' | 'manifestSha256'>): {
  readonly manifest: BackupManifest
  readonly bytes: Buffer
} {
  const rest = { formatVersion: BACKUP_FORMAT, ...content }
  const manifest = Manifest.parse({ ...rest, manifestSha256: sha256Of(canonicalJson(rest)) })
  return { manifest, bytes: Buffer.from(canonicalJson(manifest)) }
}

/**
 * @param path for the sentences
 * @throws PolicyError `backup-damaged`, or `data-newer` where a newer program made it
 */
export function readManifest(path: string, bytes: Buffer): BackupManifest {
  const damaged = (why: string) =>
    new PolicyError('backup-damaged', `备份的清单 ${path} 已损坏（${why}），不能用来恢复。请改用另一份备份。`)
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw damaged('不是 JSON')
  }
  const version = z.looseObject({ formatVersion: z.number().int() }).safeParse(json).data?.formatVersion
  if (version !== undefined && version > BACKUP_FORMAT) {
    const words = `备份 ${path} 由更新的版本写成（格式第${version}版，本程序只认到第${BACKUP_FORMAT}版）。请用那个版本的程序恢复。`
    throw new PolicyError('data-newer', words)
  }
  const parsed = Manifest.safeParse(json)
  if (!parsed.success) throw damaged('内容不全')
  const { manifestSha256, ...rest } = parsed.data
  if (sha256Of(canonicalJson(rest)) !== manifestSha256) throw damaged('与其校验值不符')
  if (!bytes.equals(Buffer.from(canonicalJson(parsed.data)))) throw damaged('写法不是原样')
  return parsed.data
}
