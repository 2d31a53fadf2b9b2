/** How the sentences of a language model fared against the text: who wrote, what was left out and why; folded away. */
import type { Answer } from '../../../types.ts'
import { removedBecause } from './removed.ts'
import { useChatWords } from './words.ts'

export function Checks({ model }: { readonly model: NonNullable<Answer['model']> }) {
  const words = useChatWords()
  const { id, prompt, sentences, removed, reasons } = model
  return (
    <details className="checks">
      <summary>{words.checks}</summary>
      <ul>
        <li>
          {words.checked(sentences, removed)}
          {removed > 0 && (
            <ul>
              {removedBecause(reasons).map(({ because, times }) => (
                <li key={because}>{words.removedFor(words.becauses[because], times)}</li>
              ))}
            </ul>
          )}
        </li>
        <li>{words.madeWith(id, prompt)}</li>
      </ul>
    </details>
  )
}
