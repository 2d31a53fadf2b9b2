/**
 * Difficult places of named laws as outlines that were proof-read against the file. Made anew by TIAOWEN_GOLDEN=write.
 * test/golden/laws/places.json names the clauses: `第七十八条` whole, `附件/0` its own words only, `三/1` with its
 * children but not theirs; `第四章,第五节` by a path of several steps.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findClause, innermost } from '../../src/clauses/address.ts'
import { outline } from '../../src/clauses/outline.ts'
import { parseDocument } from '../../src/clauses/tree.ts'
import type { Clause, Document } from '../../src/types.ts'
import { hasLaws, lawSource } from './sources.ts'

const GOLDEN = join('test', 'golden', 'laws')

interface Difficulty {
  readonly name: string
  readonly file: string
  readonly clauses: readonly string[]
  readonly why: string
}

const cut = (clause: Clause, levels: number): Clause => ({
  ...clause,
  children: levels === 0 ? [] : clause.children.map((child) => cut(child, levels - 1)),
})

/** The clause that a line of places.json names. */
function clauseOf(document: Document, named: string): Clause {
  const [, path = '', levels] = /^(.*?)(?:\/(\d))?$/.exec(named) ?? []
  const lineage = findClause(document, path.split(','))
  if (!lineage) throw new Error(`${document.source} has no ${path}`)
  return cut(innermost(lineage), levels === undefined ? Infinity : Number(levels))
}

const DIFFICULT = JSON.parse(readFileSync(join(GOLDEN, 'places.json'), 'utf8')) as Difficulty[]

describe.skipIf(!hasLaws)('difficult places of laws are read as a person reads them', () => {
  test.each(DIFFICULT.map((place) => [`${place.name}: ${place.why}`, place] as const))('%s', (_, { name, file, clauses }) => {
    const document = parseDocument(lawSource(file))
    const tree = outline({ ...document, clauses: clauses.map((named) => clauseOf(document, named)) })
    const golden = join(GOLDEN, `${name}.txt`)
    if (process.env['TIAOWEN_GOLDEN'] === 'write') writeFileSync(golden, tree)
    expect(tree).toBe(readFileSync(golden, 'utf8'))
  })
})
