/** Which numbering style stands above which, learned from what a document does. */
import type { NumberStyle } from '../types.ts'
import type { Block } from './paragraphs.ts'

/** From the outside in, where the document itself does not say otherwise. */
const CUSTOM: readonly NumberStyle[] = [
  'division', 'book', 'subbook', 'chapter', 'section', 'article',
  'chinese', 'bracketed-chinese', 'arabic', 'bracketed-arabic', 'circled',
]

/** The named styles of laws nest one way only. */
const FIXED: readonly NumberStyle[] = ['book', 'subbook', 'chapter', 'section', 'article']
/** Styles that stand above every list, whatever a list before them suggests. */
const ABOVE_LISTS: readonly NumberStyle[] = ['division', 'book', 'subbook', 'chapter', 'section']
const LISTS: readonly NumberStyle[] = ['chinese', 'bracketed-chinese', 'arabic', 'bracketed-arabic', 'circled']
const isSettled = (one: NumberStyle, other: NumberStyle): boolean =>
  (FIXED.includes(one) && FIXED.includes(other)) || (ABOVE_LISTS.includes(one) && LISTS.includes(other))

export type IsAbove = (outer: NumberStyle, inner: NumberStyle) => boolean

/**
 * Learns the order of styles: B stands under A when B begins anew after an A.
 * A number that runs on ((9) after 三、, continuing (8)) says nothing; then custom decides.
 */
export function learnNesting(blocks: readonly Block[]): IsAbove {
  const opened = new Map<string, number>()
  const last = new Map<NumberStyle, number>()
  let before: NumberStyle | undefined
  for (const { mark, heading } of blocks) {
    if (heading) before = undefined
    if (!mark) continue
    const ordinalBefore = last.get(mark.style)
    const beginsAnew = mark.ordinal === 1 || (ordinalBefore !== undefined && mark.ordinal < ordinalBefore)
    if (before !== undefined && before !== mark.style && beginsAnew) {
      const key = `${before} ${mark.style}`
      opened.set(key, (opened.get(key) ?? 0) + 1)
    }
    last.set(mark.style, mark.ordinal)
    before = mark.style
  }
  return (outer, inner) => {
    const custom = CUSTOM.indexOf(outer) < CUSTOM.indexOf(inner)
    if (isSettled(outer, inner) || isSettled(inner, outer)) return custom
    const forIt = opened.get(`${outer} ${inner}`) ?? 0
    const against = opened.get(`${inner} ${outer}`) ?? 0
    return forIt === against ? custom : forIt > against
  }
}
