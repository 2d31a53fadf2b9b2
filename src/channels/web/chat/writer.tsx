/** Who writes the answers, where the operator has a language model: that model, or nobody but the documents. */
import { useQuery } from '@tanstack/react-query'
import { PenLine, Quote } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import type { AskRequest } from '../../../types.ts'
import { readyQuery } from '../api/queries.ts'
import { remembered } from '../shell/remembered.ts'
import { Menu } from '../ui/menu.tsx'
import { useChatWords } from './words.ts'

const WRITERS = ['model', 'documents'] as const
type Writer = (typeof WRITERS)[number]

const writer = remembered<Writer>('tiaowen.writer', WRITERS)

/** The field of a question that says so; nothing where the server's own choice is meant. */
export const modeChosen = (): Pick<AskRequest, 'mode'> => (writer.get() === 'documents' ? { mode: 'extractive' } : {})

/** Undefined where there is no language model, and so nothing to choose. */
export function useWriter(): Writer | undefined {
  const { data } = useQuery(readyQuery)
  const chosen = useSyncExternalStore(writer.subscribe, writer.get)
  return data?.languageModel && chosen
}

export function WriterMenu() {
  const words = useChatWords()
  const chosen = useWriter()
  if (chosen === undefined) return null
  const items = WRITERS.map((one) => ({ label: words.writersLong[one], isChosen: one === chosen, onChoose: () => writer.set(one) }))
  const Icon = chosen === 'model' ? PenLine : Quote
  return (
    <Menu label={words.writerIs(words.writers[chosen])} items={items} className="writer">
      <Icon size={17} aria-hidden />
      {words.writers[chosen]}
    </Menu>
  )
}
