/** How state.sqlite is made: its tables, indexes and triggers against those of the steps it has taken. */
import { DatabaseSync } from 'node:sqlite'
import { STEPS } from './sqlite-schema.ts'
import { addRowSum } from './sqlite-sums.ts'

interface Made {
  readonly type: string
  readonly sql: string
}

/** A table that is not as the steps taken have made it, or something of a step not taken. */
export function strangeTable(database: DatabaseSync): string | undefined {
  const taken = versionOf(database)
  if (taken > STEPS.length) return undefined // what a newer version has made is not known here
  const [found, made] = [schemaOf(database), schemaAfter(taken)]
  for (const [name, { type, sql }] of schemaAfter(STEPS.length)) {
    const isStrange = made.has(name) ? type === 'table' && found.get(name)?.sql !== sql : found.get(name)?.sql === sql
    if (isStrange) return `${name} is not as it was made`
  }
  return undefined
}

/** Indexes and triggers that are not as they were made are made anew; what is of others is none of ours. @returns their names */
export function withOwnSchema(database: DatabaseSync): readonly string[] {
  const found = schemaOf(database)
  const made = schemaAfter(versionOf(database))
  const strange = [...made].filter(([name, { type, sql }]) => type !== 'table' && found.get(name)?.sql !== sql)
  const anew = strange.map(([name, { type, sql }]) => `DROP ${type} IF EXISTS ${name}; ${sql};`)
  if (anew.length > 0) database.exec(`BEGIN IMMEDIATE; ${anew.join(' ')} COMMIT`)
  return strange.map(([name]) => name)
}

function schemaOf(database: DatabaseSync): ReadonlyMap<string, Made> {
  const rows = database.prepare('SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL').all()
  return new Map(rows.map(({ name, type, sql }) => [String(name), { type: String(type), sql: String(sql) }]))
}

const SCHEMAS = new Map<number, ReadonlyMap<string, Made>>()

/** Asked several times at each opening of a file, and always the same. */
function schemaAfter(steps: number): ReadonlyMap<string, Made> {
  const known = SCHEMAS.get(steps) ?? madeBy(steps)
  SCHEMAS.set(steps, known)
  return known
}

function madeBy(steps: number): ReadonlyMap<string, Made> {
  const database = new DatabaseSync(':memory:')
  addRowSum(database)
  for (const step of STEPS.slice(0, steps)) database.exec(step)
  const schema = schemaOf(database)
  database.close()
  return schema
}

export const versionOf = (database: DatabaseSync) => Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
