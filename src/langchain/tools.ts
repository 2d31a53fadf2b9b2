/** Tools for LangChain agents: what an agent may say of the documents is what these return, word for word. */
import { tool } from 'langchain'
import { z } from 'zod'
import type { Assistant } from '../answering/assistant.ts'
import { citeOf } from '../clauses/address.ts'
import type { Place } from '../types.ts'

const MOST_PASSAGES = 10

/** `ask_documents`, `search_clauses` and `cite_clause`, each answering in JSON. */
export function toTools(assistant: Assistant) {
  return [askTool(assistant), searchTool(assistant), citeTool(assistant)]
}

function askTool(assistant: Assistant) {
  return tool(
    async ({ question }) => {
      for await (const event of assistant.ask({ question })) {
        if (event.type !== 'done') continue
        const { outcome, reason, text, citations } = event.answer
        return JSON.stringify({ outcome, reason, text, citations: citations.map(({ title, spoken, quote, url }) => ({ title, spoken, quote, url })) })
      }
      return JSON.stringify({ outcome: 'declined', reason: 'unsupported' })
    },
    {
      name: 'ask_documents',
      description: '从文件中作答：逐字引文与条款号，或说明文件没有写。Answers in verbatim quotations with clause numbers, or declines.',
      schema: z.object({ question: z.string().min(1).max(2000) }),
    },
  )
}

function searchTool(assistant: Assistant) {
  return tool(
    async ({ query, limit }) => {
      const { passages } = await assistant.search({ query, limit })
      return JSON.stringify(passages.map(({ title, spoken, text, score, url }) => ({ title, spoken, text, score, url })))
    },
    {
      name: 'search_clauses',
      description: '查找相关条款，给出原文。Ranked clauses with their words.',
      schema: z.object({ query: z.string().min(1).max(2000), limit: z.number().int().min(1).max(MOST_PASSAGES).default(5) }),
    },
  )
}

function citeTool(assistant: Assistant) {
  const wordsOf = ({ document, lineage }: Place) => {
    const { extent } = lineage.at(-1) ?? lineage[0]
    return { cite: citeOf({ document, lineage }), text: document.text.slice(extent.start, extent.end) }
  }
  return tool(
    ({ reference }) => {
      const found = assistant.lookUp(reference)
      if (found.outcome === 'found') return JSON.stringify({ outcome: 'found', clauses: found.places.map(wordsOf) })
      if (found.outcome === 'ambiguous') return JSON.stringify({ outcome: 'ambiguous', candidates: found.candidates.map(citeOf) })
      return JSON.stringify({ outcome: 'absent', message: found.message, existing: found.existing })
    },
    {
      name: 'cite_clause',
      description: '按条款号查原文，如“《决定》第三部分第2条”。A clause by its number.',
      schema: z.object({ reference: z.string().min(1).max(500) }),
    },
  )
}
