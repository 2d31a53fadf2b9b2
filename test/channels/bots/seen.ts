/**
 * What a person sees of a message, and what a client does because of it: the readers of each platform's markup give
 * this, the proofs and the pictures look at it.
 */
export type Style = 'bold' | 'italic' | 'struck' | 'code'

export type Inline =
  | { readonly kind: 'text'; readonly text: string; readonly styles: readonly Style[] }
  | { readonly kind: 'link'; readonly url: string; readonly words: string }
  | { readonly kind: 'mention'; readonly target: string }
  | { readonly kind: 'picture'; readonly url: string }
  | { readonly kind: 'emoji'; readonly name: string }
  /** A tag of HTML that a client may render. */
  | { readonly kind: 'tag'; readonly name: string }

export interface Button {
  readonly words: string
  readonly url?: string
  readonly value?: string
}

export interface SeenBlock {
  readonly kind: 'heading' | 'paragraph' | 'quote' | 'item' | 'small' | 'rule' | 'buttons'
  readonly inlines: readonly Inline[]
  readonly buttons?: readonly Button[]
  /** Begins a block of the platform's, which stands apart from the one above. */
  readonly isApart?: true
}

/** A message as it is shown. */
export type Seen = readonly SeenBlock[]

const inlineWords = (inline: Inline): string => {
  if (inline.kind === 'text') return inline.text
  if (inline.kind === 'link') return inline.words
  return inline.kind === 'emoji' ? `:${inline.name}:` : ''
}

/** Its words, a line for each block; buttons aside. */
export const wordsSeen = (seen: Seen): string =>
  seen.map(({ inlines }) => inlines.map(inlineWords).join('')).join('\n')

/** All that is more than words in a style. */
export const effectsOf = (seen: Seen): readonly Exclude<Inline, { kind: 'text' }>[] =>
  seen.flatMap(({ inlines }) => inlines.filter((inline) => inline.kind !== 'text'))

export const buttonsOf = (seen: Seen): readonly Button[] => seen.flatMap(({ buttons = [] }) => buttons)
