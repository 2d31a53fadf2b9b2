/** Older releases of the program, out of the history of this repository, and what each left on the disk. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { addRowSum } from '../../src/state/sqlite-sums.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Release {
  /** What to call it. */
  readonly name: string
  readonly commit: string
  /** user_version of its state.sqlite. */
  readonly schema: number
}

export const RELEASES: readonly Release[] = [
  { name: 'the page, before chat platforms', commit: '7dfc2bd', schema: 1 },
  { name: 'the drafting desk', commit: '0282a34', schema: 2 },
]

/** What an office of a release left: kept beside the tests, made by `node test/backup/make-release.ts`. */
export interface Left {
  readonly commit: string
  /** Path below the office → text. */
  readonly files: Readonly<Record<string, string>>
  /** Statements that make its state.sqlite. */
  readonly state: readonly string[]
}

export const fixtureOf = ({ schema }: Release): string => join(ROOT, 'test/fixtures/releases', `schema-${schema}.json`)

/** The release in a folder of its own, with the packages of this one; undefined without the history. */
export function checkOut({ commit }: Release): string | undefined {
  const isThere = spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).status === 0
  if (!isThere) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-release-'))
  const archive = execFileSync('git', ['archive', commit, 'src', 'prompts', 'package.json'], { cwd: ROOT, maxBuffer: 1 << 28 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs a step of old-office.mjs with a release; what it prints. */
export function inOffice(checkout: string, home: string, step: 'furnish' | 'reopen'): unknown {
  const target = join(ROOT, 'test/backup/old-office.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', target, checkout, home, step], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout === '' ? undefined : (JSON.parse(stdout) as unknown)
}

/** What lies in an office, its index apart: that is built anew. */
export function leftIn(home: string, commit: string): Left {
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(home, join(parentPath, name)))
    .filter((path) => /^(?:documents|data)\//.test(path) && !/state\.sqlite|previous|staging/.test(path))
    .toSorted()
  const texts = files.map((path) => [path, readFileSync(join(home, path), 'utf8')] as const)
  return { commit, files: Object.fromEntries(texts), state: statementsOf(join(home, 'data', 'state.sqlite')) }
}

function statementsOf(path: string): string[] {
  const database = new DatabaseSync(path)
  const version = Number(database.prepare('PRAGMA user_version').get()!['user_version'])
  const made = database.prepare("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all()
  const rows = made.filter(({ type }) => type === 'table').flatMap(({ name }) => {
    const table = String(name)
    return database.prepare(`SELECT * FROM ${table}`).all().map((row) => {
      const values = Object.values(row).map((value) =>
        value === null || typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`)
      return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
    })
  })
  database.close()
  return [...made.map(({ sql }) => String(sql)), ...rows, `PRAGMA user_version = ${version}`]
}

/** The office of a release as it was left. Its registry knows where its folder lay; that is of no matter. */
export function layOut(release: Release, home: string): Left {
  const left = JSON.parse(readFileSync(fixtureOf(release), 'utf8')) as Left
  for (const [path, text] of Object.entries(left.files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const database = new DatabaseSync(join(home, 'data', 'state.sqlite'))
  addRowSum(database)
  database.exec(`PRAGMA journal_mode = WAL; BEGIN; ${left.state.join(';\n')}; COMMIT`)
  database.close()
  return left
}

export const hasFixture = (release: Release): boolean => existsSync(fixtureOf(release))
