/** A reason that the server states in both languages, Chinese first, in one of them. */

const BOTH = /^([^ ]*[^\x20-\x7e]) ([A-Za-z][\x20-\x7e]*)$/

/**
 * As it stands where it is not in both.
 * @example inOneLanguage('连不上语言模型 the language model cannot be reached', 'zh') // 连不上语言模型
 */
export function inOneLanguage(reason: string, language: 'zh' | 'en'): string {
  const [, chinese = reason, english = reason] = BOTH.exec(reason) ?? []
  return language === 'zh' ? chinese : english
}
