/** The language of the interface: Chinese unless English was chosen; remembered, and switched at once. */
import { useSyncExternalStore } from 'react'
import { remembered } from '../shell/remembered.ts'

export type Language = 'zh' | 'en'

const language = remembered<Language>('tiaowen.language', ['zh', 'en'])

export const currentLanguage = (): Language => language.get()

export function chooseLanguage(chosen: Language): void {
  language.set(chosen)
  tellDocument()
}

/** For screen readers and the browser's own words. */
export function tellDocument(): void {
  document.documentElement.lang = language.get() === 'zh' ? 'zh-CN' : 'en'
}

export const useLanguage = (): Language => useSyncExternalStore(language.subscribe, language.get)

/**
 * The words of a view in both languages, as a hook. English has every word that Chinese has.
 * @example const useChatWords = wordsIn({ zh: { send: '提问' }, en: { send: 'Ask' } })
 */
export function wordsIn<Words>(both: { readonly zh: Words; readonly en: NoInfer<Words> }): () => Words {
  return () => both[useLanguage()]
}
