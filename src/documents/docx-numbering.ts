/**
 * Word's automatic numbering 自动编号 → the number a reader sees.
 *
 * Counters belong to the abstract list, so that two instances (`num`) of it count on; an instance with startOverride
 * begins anew once. A level begins anew after a level above it, unless lvlRestart says otherwise.
 */
import { inFormat } from './docx-number-formats.ts'
import type { Styles } from './docx-styles.ts'
import { isOn, valueOf, walkXml } from './xml.ts'
import type { XmlTag } from './xml.ts'

interface Level {
  start: number
  format: string
  /** 第%1条, %1.%2 */
  text: string
  suffix: string
  /** 1-based level after which this one begins anew; 0: never. */
  restart?: number
  /** isLgl: all numbers of the label in figures. */
  figures: boolean
  /** The paragraph style that stands for the level. */
  style?: string
  hidden: boolean
}

interface AbstractList {
  readonly levels: Map<number, Level>
  /** numStyleLink: the levels stand in the list of this numbering style. */
  link?: string
}

interface Instance {
  abstract: string
  readonly starts: Map<number, number>
  readonly levels: Map<number, Level>
}

/** What a paragraph says of its numbering itself, and its style. */
export interface NumberedParagraph {
  readonly numId?: string
  readonly level?: number
  readonly style?: string
}

const LEVELS = 9
const newLevel = (): Level => ({ start: 0, format: 'decimal', text: '', suffix: 'tab', figures: false, hidden: false })

export class Numbering {
  readonly #lists = new Map<string, AbstractList>()
  readonly #instances = new Map<string, Instance>()
  readonly #styles: Styles
  /** By abstract list, the count of each level; undefined where it begins anew. */
  readonly #counts = new Map<AbstractList, (number | undefined)[]>()
  readonly #started = new Set<string>()

  /** @param xml of numbering.xml; absent where the file has none. */
  constructor(xml: string | undefined, styles: Styles) {
    this.#styles = styles
    this.#read(xml ?? '')
  }

  /**
   * The label of the next paragraph of the document, with a blank behind it where Word sets a tab or a blank;
   * undefined for a paragraph without a number, or with a bullet. Counts on.
   */
  next(paragraph: NumberedParagraph): string | undefined {
    const inherited = this.#styles.numberingOf(paragraph.style)
    const numId = paragraph.numId ?? inherited.numId
    const instance = numId === undefined ? undefined : this.#instances.get(numId)
    const list = instance && this.#listOf(instance.abstract)
    if (numId === undefined || !instance || !list) return undefined
    const ownLevel = paragraph.level ?? this.#levelOfStyle(list, paragraph.style)
    const at = ownLevel ?? (paragraph.numId === undefined ? inherited.level : undefined) ?? 0
    const level = levelAt(instance, list, at)
    if (!level) return undefined
    const counts = this.#count(list, instance, numId, at, level)
    if (level.hidden || level.format === 'bullet') return undefined
    const label = level.text.replace(/%([1-9])/g, (_, digit: string) => {
      const place = Number(digit) - 1
      const named = levelAt(instance, list, place)
      const count = counts[place] ?? named?.start ?? 0
      return inFormat(count, level.figures && named?.format !== 'none' ? 'decimal' : (named?.format ?? 'decimal'))
    })
    return label.trim() === '' ? undefined : level.suffix === 'nothing' ? label : `${label} `
  }

  #count(list: AbstractList, instance: Instance, numId: string, at: number, level: Level): (number | undefined)[] {
    const counts = this.#counts.get(list) ?? []
    this.#counts.set(list, counts)
    const override = instance.starts.get(at)
    const key = `${numId}/${at}`
    const before = counts[at]
    if (override !== undefined && !this.#started.has(key)) counts[at] = override
    else counts[at] = before === undefined ? (override ?? level.start) : before + 1
    this.#started.add(key)
    for (let below = at + 1; below < LEVELS; below++) {
      if (at < (levelAt(instance, list, below)?.restart ?? below)) counts[below] = undefined
    }
    return counts
  }

  #levelOfStyle(list: AbstractList, style: string | undefined): number | undefined {
    if (style === undefined) return undefined
    return [...list.levels].find(([, level]) => level.style === style)?.[0]
  }

  /** The list itself, or the one its numbering style leads to. */
  #listOf(abstract: string): AbstractList | undefined {
    const list = this.#lists.get(abstract)
    if (!list || list.levels.size > 0 || list.link === undefined) return list
    const linked = this.#instances.get(this.#styles.numIdOf(list.link) ?? '')
    return linked ? this.#lists.get(linked.abstract) : list
  }

  #read(xml: string): void {
    let list: AbstractList | undefined
    let instance: Instance | undefined
    let place = 0
    let level: Level | undefined
    walkXml(xml, {
      open: (tag, path) => {
        const value = valueOf(tag, 'val') ?? ''
        if (tag.name === 'w:abstractNum') {
          list = { levels: new Map() }
          this.#lists.set(valueOf(tag, 'abstractNumId') ?? '', list)
        } else if (tag.name === 'w:num') {
          instance = { abstract: '', starts: new Map(), levels: new Map() }
          this.#instances.set(valueOf(tag, 'numId') ?? '', instance)
        } else if (tag.name === 'w:lvlOverride') place = Number(valueOf(tag, 'ilvl') ?? 0)
        else if (tag.name === 'w:startOverride') instance?.starts.set(place, Number.parseInt(value, 10) || 0)
        else if (tag.name === 'w:abstractNumId' && instance) instance.abstract = value
        else if (tag.name === 'w:numStyleLink' && list) list.link = value
        else if (tag.name === 'w:lvl') {
          level = newLevel()
          ;(instance ?? list)?.levels.set(Number(valueOf(tag, 'ilvl') ?? 0), level)
        } else if (level && !path.includes('mc:Choice')) readInto(level, tag, path)
      },
      close: (name) => {
        if (name === 'w:abstractNum') list = undefined
        else if (name === 'w:num') instance = undefined
        else if (name === 'w:lvl') level = undefined
      },
    })
  }
}

const levelAt = (instance: Instance, list: AbstractList, at: number): Level | undefined =>
  instance.levels.get(at) ?? list.levels.get(at)

function readInto(level: Level, tag: XmlTag, path: readonly string[]): void {
  const value = valueOf(tag, 'val') ?? ''
  if (tag.name === 'w:start') level.start = Number.parseInt(value, 10) || 0
  else if (tag.name === 'w:numFmt') level.format = value
  else if (tag.name === 'w:lvlText') level.text = value
  else if (tag.name === 'w:suff') level.suffix = value
  else if (tag.name === 'w:lvlRestart') level.restart = Number.parseInt(value, 10) || 0
  else if (tag.name === 'w:isLgl') level.figures = isOn(tag)
  else if (tag.name === 'w:pStyle') level.style = value
  else if (tag.name === 'w:vanish' && path.at(-2) === 'w:lvl') level.hidden = isOn(tag)
}
