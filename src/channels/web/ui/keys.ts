/** Keys of an input method 输入法. */
import type { KeyboardEvent } from 'react'

/** Of the key that ends a composition in Safari, where the composition has ended before the key is told. */
const IN_COMPOSITION = 229

/** Whether a key belongs to the input method: its Enter chooses a word and asks nothing. */
export const isComposing = ({ nativeEvent }: KeyboardEvent): boolean =>
  nativeEvent.isComposing || nativeEvent.keyCode === IN_COMPOSITION
