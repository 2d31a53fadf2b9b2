/** manifest.json and CURRENT: what a generation is, in two small files of which no byte can change unseen. */
import { z } from 'zod'
import { canonicalJson, sha256Of } from './hash.ts'

export const FORMAT_VERSION = 1
export const MANIFEST = 'manifest.json'
export const CURRENT = 'CURRENT'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const GenerationName = z.string().regex(/^gen-\d{8}$/)
export const FileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,100}$/).refine((name) => name !== MANIFEST)

const FileRecord = z.strictObject({
  bytes: z.number().int().nonnegative(),
  sha256: Sha256,
  /** The generation can serve without it. */
  optional: z.literal(true).optional(),
})

const Manifest = z.strictObject({
  formatVersion: z.literal(FORMAT_VERSION),
  generation: GenerationName,
  parent: GenerationName.nullable(),
  createdAt: z.iso.datetime(),
  meta: z.record(z.string(), z.unknown()),
  files: z.record(FileName, FileRecord),
  /** Of the canonical JSON of all the rest. */
  manifestSha256: Sha256,
})
/** What a manifest of any format says of itself. */
const Versioned = z.looseObject({ formatVersion: z.number() })
export type FileRecord = Readonly<z.infer<typeof FileRecord>>
export type Manifest = Readonly<z.infer<typeof Manifest>>

/** The bytes of manifest.json; `meta` must be plain JSON. */
export function writeManifest(content: Omit<Manifest, 'formatVersion' | 'manifestSha256'>): {
  manifest: Manifest
  bytes: Buffer
} {
  const rest: unknown = JSON.parse(JSON.stringify({ formatVersion: FORMAT_VERSION, ...content }))
  const manifest = Manifest.parse({ ...(rest as object), manifestSha256: sha256Of(canonicalJson(rest)) })
  return { manifest, bytes: Buffer.from(canonicalJson(manifest)) }
}

/** The manifest, or why it cannot be trusted: every byte must be as `writeManifest` would write it. */
export function readManifest(bytes: Buffer): Manifest | { readonly reason: string } {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    return { reason: 'is not JSON' }
  }
  const version = Versioned.safeParse(json).data?.formatVersion
  if (version !== undefined && version !== FORMAT_VERSION) {
    return { reason: `has format version ${version}, this program reads ${FORMAT_VERSION}` }
  }
  const parsed = Manifest.safeParse(json)
  if (!parsed.success) return { reason: `is not a manifest: ${z.prettifyError(parsed.error)}` }
  const { manifestSha256, ...rest } = parsed.data
  if (sha256Of(canonicalJson(rest)) !== manifestSha256) return { reason: 'does not have the SHA-256 it states' }
  if (!bytes.equals(Buffer.from(canonicalJson(parsed.data)))) return { reason: 'is not spelled as it was written' }
  return parsed.data
}

/** What CURRENT says: the generation in force and the hash of its manifest. */
export interface Pointer {
  readonly generation: string
  readonly manifestSha256: string
}

/** One line: name, manifest hash, hash of the two. */
export function writePointer({ generation, manifestSha256 }: Pointer): string {
  const words = `${generation} ${manifestSha256}`
  return `${words} ${sha256Of(words)}\n`
}

/** The pointer; `undefined` when any byte is not as it was written. */
export function readPointer(bytes: Buffer): Pointer | undefined {
  const text = bytes.toString('latin1')
  const [generation = '', manifestSha256 = ''] = text.split(' ', 2)
  const pointer = { generation, manifestSha256 }
  return GenerationName.safeParse(generation).success && writePointer(pointer) === text ? pointer : undefined
}

/** @example generationName(12) // 'gen-00000012' */
export function generationName(number: number): string {
  return `gen-${String(number).padStart(8, '0')}`
}

/** 12 for 'gen-00000012', also for 'bad-gen-00000012-…'; `undefined` for other names. */
export function numberOf(name: string): number | undefined {
  const digits = /^(?:bad-)?gen-(\d{8})(?:-|$)/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Is this the name of a generation in place (not one set aside)? */
export function isGeneration(name: string): boolean {
  return GenerationName.safeParse(name).success
}
