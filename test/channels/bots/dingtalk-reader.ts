/**
 * DingTalk's markdown → what is seen of it, from DingTalk's own description of the subset (headings, quotes, bold,
 * italic, links, pictures, lists) and what its clients are known to do besides: addresses found in words, tags of HTML,
 * <@…> as a call. The subset names no escape, so what a message shows must hold both where a client honours a backslash
 * and where it prints it. Knows nothing of how our messages are made.
 */
import type { Inline, Seen, SeenBlock, Style } from './seen.ts'

export interface DingTalkReading {
  /** Whether a backslash before a mark takes its meaning away and is not shown. */
  readonly honoursEscapes: boolean
}

/** Stands for a character whose meaning is taken away, while the line is read. */
const ASIDE = 0xf0000
const aside = (text: string) => text.replace(/\\([!-/:-@[-`{-~])/g, (_, mark: string) => String.fromCodePoint(ASIDE + mark.codePointAt(0)!))
const back = (text: string) => text.replace(/[\u{f0021}-\u{f007e}]/gu, (mark) => String.fromCodePoint(mark.codePointAt(0)! - ASIDE))

export function readDingTalk(text: string, { honoursEscapes }: DingTalkReading): Seen {
  return (honoursEscapes ? aside(text) : text).split(/\n|\r\n?|<br\s*\/?>/i).map(readLine)
}

/** A message of plain text: nothing is markup, addresses are found by the client. */
export function readDingTalkText(text: string): Seen {
  return text.split('\n').map((line) => ({ kind: 'paragraph', inlines: inlinesOf(line, [], [ADDRESS]) }))
}

const LINES: readonly (readonly [kind: SeenBlock['kind'], mark: RegExp])[] = [
  ['rule', /^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$/],
  ['heading', /^\s{0,3}#{1,6}\s*(?=\S)/],
  ['quote', /^\s{0,3}>+\s?/],
  ['item', /^\s*[-*+]\s+/],
]

function readLine(line: string): SeenBlock {
  for (const [kind, mark] of LINES) {
    const found = mark.exec(line)
    // a rule of signs shows none of them
    if (found) return { kind, inlines: kind === 'rule' ? [] : inlinesOf(line.slice(found[0].length), []) }
  }
  return { kind: 'paragraph', inlines: inlinesOf(line, []) }
}

type Rule = readonly [pattern: RegExp, read: (match: RegExpExecArray, styles: readonly Style[]) => readonly Inline[]]

const ADDRESS: Rule = [
  /[a-z][a-z0-9+.-]*:\/\/[^\s)\]>）】」』”]+|\bwww\.[^\s)\]>]+/i,
  ([url]) => [{ kind: 'link', url: back(url), words: back(url) }],
]

/** The first in the line counts, of several at one place the first of these. */
const RULES: readonly Rule[] = [
  [/!\[[^\]]*\]\s?\(([^)]*)\)/, ([, url]) => [{ kind: 'picture', url: back(url!) }]],
  [/\[((?:[^[\]]|\[[^\]]*\])*)\]\s?\(<?([^)]*?)>?\)/, ([, words, url]) => [{ kind: 'link', url: back(url!), words: back(words!) }]],
  [/<@([^>]*)>/, ([, target]) => [{ kind: 'mention', target: back(target!) }]],
  [/<([a-z][a-z0-9+.-]*:[^>\s]*)>/i, ([, url]) => [{ kind: 'link', url: back(url!), words: back(url!) }]],
  [/<\/?([a-z!][^<>]*)>?/i, ([, name]) => [{ kind: 'tag', name: back(name!) }]],
  [/[a-z][a-z0-9+.-]*:\/\/[^\s)\]>）】」』”]+|\bwww\.[^\s)\]>]+/i, ([url]) => [{ kind: 'link', url: back(url), words: back(url) }]],
  [/(\*\*|__)(?=\S)(.*?\S)\1/, ([, , inner], styles) => inlinesOf(inner!, [...styles, 'bold'])],
  [/(?<![\w*])(\*|_)(?=[^\s*_])([^*_]*[^\s*_])\1(?![\w*])/, ([, , inner], styles) => inlinesOf(inner!, [...styles, 'italic'])],
  [/~~(?=\S)(.*?\S)~~/, ([, inner], styles) => inlinesOf(inner!, [...styles, 'struck'])],
]

function inlinesOf(text: string, styles: readonly Style[], rules = RULES): readonly Inline[] {
  let first: { readonly match: RegExpExecArray; readonly rule: Rule } | undefined
  for (const rule of rules) {
    const match = rule[0].exec(text)
    if (match && (!first || match.index < first.match.index)) first = { match, rule }
  }
  if (!first) return text === '' ? [] : [{ kind: 'text', text: back(rules === RULES ? decoded(text) : text), styles }]
  const { match, rule } = first
  return [
    ...inlinesOf(text.slice(0, match.index), styles, rules),
    ...rule[1](match, styles),
    ...inlinesOf(text.slice(match.index + match[0].length), styles, rules),
  ]
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: '\u00a0' }
const decoded = (text: string) =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(lt|gt|amp|quot|nbsp));/gi, (_, decimal?: string, hex?: string, name?: string) =>
    name ? ENTITIES[name.toLowerCase()]! : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex!, 16)),
  )
