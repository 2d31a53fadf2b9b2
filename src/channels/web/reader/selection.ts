/** What is selected on the page, as offsets of the text. */
import type { Span } from '../../../types.ts'

/** Undefined where nothing is selected, or not only words of the text. */
export function selectedIn(box: HTMLElement, selection: Selection): Span | undefined {
  if (selection.isCollapsed || selection.rangeCount === 0) return undefined
  const range = selection.getRangeAt(0)
  const text = box.querySelector('.text')
  if (!text?.contains(range.commonAncestorContainer)) return undefined
  const start = offsetOf(range.startContainer, range.startOffset)
  const end = offsetOf(range.endContainer, range.endOffset)
  return start !== undefined && end !== undefined && start < end ? { start, end } : undefined
}

/** Lines and blocks say where they begin; before the place stand only words of the text. */
function offsetOf(node: Node, offset: number): number | undefined {
  const element = node instanceof Element ? node : node.parentElement
  const line = element?.closest<HTMLElement>('[data-start]')
  if (!line) return undefined
  const before = document.createRange()
  before.setStart(line, 0)
  before.setEnd(node, offset)
  return Number(line.dataset['start']) + before.toString().length
}
