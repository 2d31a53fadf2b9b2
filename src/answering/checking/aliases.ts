/**
 * What a draft says it will call a document 简称: 《中华人民共和国政府信息公开条例》（以下简称《条例》）. From there on the
 * name means that document, whatever else in a library goes by it.
 */
import { foldName } from '../../clauses/script.ts'

/** A name given in a draft. */
export interface GivenName {
  readonly name: string
  /** Offset behind the brackets that give it. */
  readonly end: number
}

const BRACKETS =
  /\s{0,3}[（(【]([^（）()【】\n]{0,60}?(?:以下|下文|下)?(?:统一|合并|统|并)?(?:简称|称)(?:为|作)?\s*[:：]?\s*([^（）()【】\n]{1,60}))[）)】]/uy
/** 本法, 本办法 are the draft's own, and no name. */
const NO_NAME = /^(?:本|该|此)/

/** The name that the brackets right behind a title give it. */
export function nameGivenAt(text: string, at: number): GivenName | undefined {
  for (let from = at; from - at < 120; ) {
    BRACKETS.lastIndex = from
    const match = BRACKETS.exec(text)
    if (match) {
      const name = match[2]!.replace(/[《》〈〉“”"「」『』‘’\s]/g, '')
      const isName = name.length > 0 && name.length <= 30 && !NO_NAME.test(name) && !/[，,。；;、]/.test(name)
      return isName ? { name: foldName(name), end: from + match[0].length } : undefined
    }
    // brackets with a number or a date may come first: 《通知》（国办发〔2023〕12号）（以下简称《通知》）
    const other = /^\s{0,3}[（(][^（）()\n]{1,60}[）)]/u.exec(text.slice(from, from + 80))
    if (!other) return undefined
    from += other[0].length
  }
  return undefined
}
