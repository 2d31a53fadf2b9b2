/** Colours of the terminal: none when it is no terminal, or NO_COLOR asks for none. */
import { styleText } from 'node:util'
import type { Style } from '../render.ts'
import { PLAIN } from '../render.ts'

export interface Terminal {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Asked for by an option; absent: styleText looks at the terminal, FORCE_COLOR and NO_COLOR. */
  readonly color: boolean | undefined
}

const WIDEST = 100

export function paintFor({ stream, color }: Terminal): Style {
  const columns =
    stream.isTTY === true && stream.columns !== undefined ? { columns: Math.min(stream.columns, WIDEST) } : {}
  if (color === false) return { ...PLAIN, ...columns }
  const set = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream, validateStream: color === undefined })
  return { strong: set('bold'), soft: set('dim'), quoted: set('cyan'), warning: set('yellow'), ...columns }
}
