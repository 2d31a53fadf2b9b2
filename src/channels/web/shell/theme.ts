/** Light, dark, or as the system is. The sheets do the rest by light-dark(). */
import { useSyncExternalStore } from 'react'
import { remembered } from './remembered.ts'

export type Theme = 'system' | 'light' | 'dark'

const theme = remembered<Theme>('tiaowen.theme', ['system', 'light', 'dark'])

export const useTheme = (): Theme => useSyncExternalStore(theme.subscribe, theme.get)

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen)
  applyTheme()
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.get()
}
