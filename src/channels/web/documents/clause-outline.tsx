/** The clauses of a file that is looked at before it counts: each opens what is below it. */
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { OutlineNode } from '../../wire.ts'
import { countOf, headOf } from './outline-words.ts'
import { useDocumentsWords } from './words.ts'

/** A tree of so many clauses is shown open. */
const SMALL = 40
/** Of one level, at first. */
const MOST_AT_FIRST = 200

interface ClauseOutlineProps {
  readonly outline: readonly OutlineNode[]
  /** Not there yet: labels and headings alone. */
  readonly text: string | undefined
}

export function ClauseOutline({ outline, text }: ClauseOutlineProps) {
  const words = useDocumentsWords()
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(countOf(outline) <= SMALL ? keysWithin(outline) : []))
  const toggle = (key: string) => setOpen((before) => (before.has(key) ? new Set([...before].filter((one) => one !== key)) : new Set([...before, key])))
  const all = keysWithin(outline)
  if (outline.length === 0) return <p className="note">{words.noClauses}</p>
  return (
    <>
      {all.length > 0 && (
        <div className="outline-tools">
          <button type="button" className="text-button" onClick={() => setOpen(new Set(all))}>
            {words.expandAll}
          </button>
          <button type="button" className="text-button" onClick={() => setOpen(new Set())}>
            {words.collapseAll}
          </button>
        </div>
      )}
      <Level nodes={outline} text={text} open={open} toggle={toggle} />
    </>
  )
}

const keyOf = ({ path, start }: OutlineNode): string => `${start} ${path.join('/')}`

const keysWithin = (nodes: readonly OutlineNode[]): string[] =>
  nodes.flatMap((node) => (node.children.length === 0 ? [] : [keyOf(node), ...keysWithin(node.children)]))

interface LevelProps {
  readonly nodes: readonly OutlineNode[]
  readonly text: string | undefined
  readonly open: ReadonlySet<string>
  toggle(key: string): void
}

function Level({ nodes, text, open, toggle }: LevelProps) {
  const words = useDocumentsWords()
  const [most, setMost] = useState(MOST_AT_FIRST)
  return (
    <ul className="clause-level">
      {nodes.slice(0, most).map((node) => (
        <OneClause key={keyOf(node)} node={node} text={text} open={open} toggle={toggle} />
      ))}
      {nodes.length > most && (
        <li>
          <button type="button" className="text-button" onClick={() => setMost(most + MOST_AT_FIRST)}>
            {words.moreClauses(Math.min(MOST_AT_FIRST, nodes.length - most))}
          </button>
        </li>
      )}
    </ul>
  )
}

function OneClause({ node, text, open, toggle }: Omit<LevelProps, 'nodes'> & { readonly node: OutlineNode }) {
  const words = useDocumentsWords()
  const key = keyOf(node)
  const isOpen = open.has(key)
  const { mark, heading, words: first } = headOf(node, text ?? '')
  const own = (
    <span className="clause-line">
      <b>{mark}</b>
      {heading !== undefined && <span className="clause-heading">{heading}</span>}
      {first !== '' && <span className="clause-words">{first}</span>}
    </span>
  )
  if (node.children.length === 0) return <li className="clause leaf">{own}</li>
  return (
    <li className="clause">
      <button type="button" className="clause-toggle" aria-expanded={isOpen} title={words.showBelow(mark)} onClick={() => toggle(key)}>
        <ChevronRight size={15} aria-hidden />
        {own}
        <span className="clause-count">{countOf(node.children)}</span>
      </button>
      {isOpen && <Level nodes={node.children} text={text} open={open} toggle={toggle} />}
    </li>
  )
}
