/** The styles 样式 of a Word file: what a paragraph or a run inherits of numbering and hiding. */
import { isOn, valueOf, walkXml } from './xml.ts'

/** What `numPr` says; either half may be inherited. */
export interface NumberingChoice {
  readonly numId?: string
  readonly level?: number
}

interface Style extends NumberingChoice {
  readonly type: string
  name: string
  basedOn?: string
  numId?: string
  level?: number
  hidden?: boolean
}

const LONGEST_CHAIN = 50

export class Styles {
  readonly #styles = new Map<string, Style>()
  #default: string | undefined

  /** @param xml of styles.xml; absent where the file has none. */
  constructor(xml: string | undefined) {
    let style: Style | undefined
    walkXml(xml ?? '', {
      open: (tag, path) => {
        const value = valueOf(tag, 'val') ?? ''
        if (tag.name === 'w:style') {
          style = { type: valueOf(tag, 'type') ?? 'paragraph', name: '' }
          const id = valueOf(tag, 'styleId') ?? ''
          this.#styles.set(id, style)
          if (style.type === 'paragraph' && /^(?:1|true|on)$/.test(valueOf(tag, 'default') ?? '')) this.#default = id
        } else if (style && path.at(-1) === 'w:style') {
          if (tag.name === 'w:name') style.name = value
          if (tag.name === 'w:basedOn') style.basedOn = value
        } else if (style && path.at(-2) === 'w:style') {
          if (tag.name === 'w:vanish' && path.at(-1) === 'w:rPr') style.hidden = isOn(tag)
        } else if (style && path.at(-1) === 'w:numPr' && path.at(-3) === 'w:style') {
          if (tag.name === 'w:numId') style.numId = value
          if (tag.name === 'w:ilvl') style.level = Number.parseInt(value, 10)
        }
      },
      close: (name) => {
        if (name === 'w:style') style = undefined
      },
    })
  }

  /** Numbering of a paragraph style, from itself and what it is based on; no id asks for the default style. */
  numberingOf(id: string | undefined): NumberingChoice {
    const chain = this.#chainOf(id ?? this.#default)
    const numId = chain.find((style) => style.numId !== undefined)?.numId
    const level = chain.find((style) => style.level !== undefined)?.level
    return { ...(numId === undefined ? {} : { numId }), ...(level === undefined ? {} : { level }) }
  }

  /** Does a style hide its words? */
  isHidden(id: string | undefined): boolean {
    return this.#chainOf(id).find(({ hidden }) => hidden !== undefined)?.hidden ?? false
  }

  /** Is it a style of the lines of a table of contents 目录, which Word makes from the headings? */
  isContents(id: string | undefined): boolean {
    return /^toc (?:\d|heading)$/i.test(this.#styles.get(id ?? '')?.name ?? '')
  }

  /** The numbering that a style of type numbering holds, for numStyleLink. */
  numIdOf(id: string): string | undefined {
    return this.#styles.get(id)?.numId
  }

  /** The style and what it is based on, itself first; a circle is cut, and a chain longer than any real one. */
  #chainOf(id: string | undefined): Style[] {
    const chain = new Set<Style>()
    let style = this.#styles.get(id ?? '')
    while (style && !chain.has(style) && chain.size < LONGEST_CHAIN) {
      chain.add(style)
      style = this.#styles.get(style.basedOn ?? '')
    }
    return [...chain]
  }
}
