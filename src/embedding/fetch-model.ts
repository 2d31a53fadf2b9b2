/** Gets the model once: what the machine has, else the hub, else Maven; into `models/`, and says which. */

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkFolder, findModel, forgetPin, isOff, modelFolderOf, ORIGIN_FILE, type ModelPlaces, type ModelSearch } from './model-files.ts'

const HUB_PATIENCE_MS = 20_000
const MAVEN_TIMEOUT_MS = 300_000

export interface FetchSettings extends ModelPlaces {
  /** HF_ENDPOINT. */
  readonly hubEndpoint?: string | undefined
  readonly hubPatienceMs?: number
  readonly mavenTimeoutMs?: number
  /** Told one line for each attempt. */
  readonly say: (line: string) => void
}

interface Source {
  readonly name: string
  fetch(folder: string): Promise<void>
}

/** The model, fetched where need be. Never throws: a machine without a model has a reason and works by keywords. */
export async function fetchModel(settings: FetchSettings): Promise<ModelSearch> {
  const present = findModel(settings)
  if (present.outcome === 'found' || isOff(settings.modelDirectory)) return present
  const failures: string[] = [...present.notes]
  for (const source of sourcesOf(settings)) {
    settings.say(`从 ${source.name} 取模型 fetching the model from ${source.name}`)
    try {
      await fetchInto(modelFolderOf(settings.checkout), source)
      forgetPin(settings.checkout)
      const now = findModel(settings)
      if (now.outcome === 'found') return now
      failures.push(`${source.name}：${now.reason}`)
    } catch (error) {
      const failure = `${source.name}：${sentenceOf(error)}`
      failures.push(failure)
      settings.say(`没有取到 failed — ${failure}`)
    }
  }
  return { outcome: 'missing', reason: `没有向量模型，只用关键词检索 no embedding model. ${failures.join(' · ')}`, notes: failures }
}

function sourcesOf({ hubEndpoint, hubPatienceMs = HUB_PATIENCE_MS, mavenTimeoutMs = MAVEN_TIMEOUT_MS }: FetchSettings): Source[] {
  return [
    {
      name: hubEndpoint ? `HF_ENDPOINT=${hubEndpoint}` : 'Hugging Face hub',
      async fetch(folder) {
        const { fetchFromHub } = await import('./hub-model.ts')
        await fetchFromHub({ folder, endpoint: hubEndpoint, patienceMs: hubPatienceMs })
      },
    },
    {
      name: 'Maven',
      async fetch(folder) {
        const { fetchFromMaven } = await import('./maven-model.ts')
        await fetchFromMaven({ folder, timeoutMs: mavenTimeoutMs })
      },
    },
  ]
}

/** Fetches beside the place and renames into it, so that a half model is never seen. */
async function fetchInto(target: string, source: Source): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const incoming = mkdtempSync(join(dirname(target), '.incoming-'))
  try {
    await source.fetch(incoming)
    const model = join(incoming, 'model')
    const checked = checkFolder(model)
    if (checked.outcome !== 'good') throw new Error(checked.reason)
    writeFileSync(join(model, ORIGIN_FILE), `${source.name}\n${new Date().toISOString()}\n`)
    if (existsSync(target)) renameSync(target, join(incoming, 'replaced'))
    renameSync(model, target)
  } finally {
    rmSync(incoming, { recursive: true, force: true })
  }
}

/** The innermost cause says most: `fetch failed` does not, `getaddrinfo ENOTFOUND …` does. */
function sentenceOf(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  if (inner instanceof Error && (inner as NodeJS.ErrnoException).code === 'ENOSPC') return '磁盘已满 the disk is full'
  return inner instanceof Error ? inner.message : String(inner)
}
