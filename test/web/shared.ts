/** For one run of vitest: a folder in which the first test that needs the seeds' index makes it for all of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly webFolder: string
  }
}

export default function shareFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-web-'))
  project.provide('webFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
