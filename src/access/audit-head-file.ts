/** The end of the audit log, kept beside the database: what is cut off the log, or lost with it, shows. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { AuditHead } from './access-store.ts'

const KeptHead = z.object({
  number: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** There was a key or a person: should the database be lost, nobody is let in without one all the same. */
  guarded: z.boolean(),
})
export type KeptHead = AuditHead & z.infer<typeof KeptHead>

export const AUDIT_HEAD = 'audit.head'

/** Undefined where there is none; where it cannot be read or is damaged it throws. */
export function readHead(folder: string): KeptHead | undefined {
  let text: string
  try {
    text = readFileSync(join(folder, AUDIT_HEAD), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return KeptHead.parse(JSON.parse(text))
}

/** On the disk when it returns: the old one or the new one, never half of it. */
export function writeHead(folder: string, head: KeptHead): void {
  const path = join(folder, AUDIT_HEAD)
  const draft = `${path}.${process.pid}.tmp`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, `${JSON.stringify(head)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  const names = openSync(dirname(path), 'r')
  try {
    fsyncSync(names)
  } finally {
    closeSync(names)
  }
}

/** Is there such a file, whether or not it can be read? */
export const isThere = (path: string): boolean => existsSync(path)
