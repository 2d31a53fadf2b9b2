/** A question as typed → simplified characters, half-width digits, one space; and what language it is in. */
import { Converter } from 'opencc-js/t2cn'

const toSimplified = Converter({ from: 't', to: 'cn' })

export interface Normalised {
  readonly text: string
  readonly language: 'zh' | 'en'
  /** Traditional characters were converted. */
  readonly converted: boolean
}

/** Full-width letters, digits and spaces become half-width; marks stay as they are. */
function halfWidth(text: string): string {
  return text.replace(/[０-９Ａ-Ｚａ-ｚ％]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
}

/** A Latin word; G60 and PM2.5 are of no language. */
const WORD = /(?<![a-z\d])[a-z]+(?![a-z\d])/gi

/** The question in simplified characters without spare spaces, and its language. */
export function normaliseQuestion(question: string): Normalised {
  const plain = halfWidth(question.normalize('NFC')).replace(/\s+/g, ' ').trim()
  const han = plain.match(/\p{Script=Han}/gu)?.length ?? 0
  const latin = plain.match(WORD)?.length ?? 0
  if (han === 0 && latin >= 2) return { text: plain, language: 'en', converted: false }
  const text = han === 0 ? plain : toSimplified(plain).replaceAll('甚么', '什么')
  return { text, language: latin > han ? 'en' : 'zh', converted: text !== plain }
}
