/**
 * Versions of the configuration file: an older file is read as the newest, step by step, in memory; the file itself is
 * its operator's and stays as it is.
 */
import type { Entry, ReadEntries } from './settings-file.ts'

/** From one version to the next. */
export interface Migration {
  /** What an operator changes in the file, told when an older one is read, e.g. `model.dir is now modelDir`. */
  readonly change: string
  readonly migrate: (entries: readonly Entry[]) => readonly Entry[]
}

/**
 * The first makes version 2 of version 1, and so on; a new version is one more entry at the end.
 * @example { change: 'llm.name is now llm.model', migrate: renamed('llm.name', 'llm.model') }
 */
export const MIGRATIONS: readonly Migration[] = []

/** The version this program writes and reads. */
export const versionAfter = (steps: readonly Migration[]): number => steps.length + 1
export const FILE_VERSION = versionAfter(MIGRATIONS)

/** Keys another name, where it is set; its line stays. */
export const renamed =
  (from: string, to: string) =>
  (entries: readonly Entry[]): readonly Entry[] =>
    entries.map((entry) => (entry.key === from ? { ...entry, key: to } : entry))

/** Takes `version` out of the entries (absent: 1) and the steps from there on. */
export function migrated(entries: readonly Entry[], name: string, steps: readonly Migration[]): ReadEntries {
  const newest = versionAfter(steps)
  const stated = entries.find(({ key }) => key === 'version')
  const rest = entries.filter((entry) => entry !== stated)
  const version = stated === undefined || stated.value.kind === 'nothing' ? 1 : numberOf(stated)
  const refuse = (what: string): ReadEntries => ({ entries: [], faults: [`${name}:${stated?.line}: ${what}`], notices: [] })
  if (version === undefined) return refuse(`version is not a whole number from 1 to ${newest}. Write version: ${newest}.`)
  if (version > newest) {
    return refuse(
      `version ${version} of the configuration file is newer than this Tiaowen knows (${newest}). ` +
        `Run the newer Tiaowen that it was written for, or write the file anew: tiaowen config example.`,
    )
  }
  const due = steps.slice(version - 1)
  const { entries: made, faults } = withoutTwins(due.reduce<readonly Entry[]>((made, { migrate }) => migrate(made), rest), name)
  return { entries: made, faults, notices: due.length === 0 ? [] : [noticeOf(name, version, newest, due)] }
}

/** A step may give a key a name that is there already. */
function withoutTwins(entries: readonly Entry[], name: string): { entries: readonly Entry[]; faults: string[] } {
  const first = new Map<string, Entry>()
  const faults: string[] = []
  for (const entry of entries) {
    const twin = first.get(entry.key)
    if (twin) faults.push(`${name}:${entry.line}: ${entry.key} is set in line ${twin.line} too. Leave one of them.`)
    else first.set(entry.key, entry)
  }
  return { entries: [...first.values()], faults }
}

const numberOf = ({ value }: Entry): number | undefined =>
  value.kind === 'text' && /^[1-9]\d{0,5}$/.test(value.text) ? Number(value.text) : undefined

const noticeOf = (name: string, from: number, to: number, steps: readonly Migration[]): string =>
  `${name} is of version ${from} and was read as version ${to}. ` +
  `Change in it: ${steps.map(({ change }) => change).join('; ')}; and write version: ${to}.`
