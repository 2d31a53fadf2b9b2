/** Puts words on the clipboard, and says whether that succeeded. */
import { toast } from './toast.tsx'

/** `told` is said where it succeeded. */
export async function copyAndTell(text: string, told: string, words: { readonly notCopied: string }): Promise<void> {
  toast((await copyText(text)) ? told : words.notCopied)
}

/** Also where the page has no secure context, as over http from another machine. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const box = document.createElement('textarea')
  box.value = text
  box.className = 'sr-only'
  const before = document.activeElement
  document.body.append(box)
  box.select()
  const done = document.execCommand('copy')
  box.remove()
  if (before instanceof HTMLElement) before.focus()
  return done
}
