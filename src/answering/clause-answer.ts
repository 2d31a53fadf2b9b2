/** A clause asked for by number → its whole text, or what does exist. */
import { spokenOf, titleOf } from '../clauses/address.ts'
import type { LookUp, Place, Span } from '../types.ts'
import type { Composer } from './compose.ts'
import type { Draft } from './extractive.ts'

/** `headingOnly`: its heading, where it has one, and not what stands under it. */
export function answerReference(composer: Composer, found: LookUp, headingOnly = false): Draft | undefined {
  if (found.outcome === 'found') {
    for (const place of found.places) {
      const { heading } = place.lineage.at(-1)!
      composer.quote([{ document: place.document, span: headingOnly && heading ? heading : spanOf(place) }])
    }
    return { outcome: 'answered', composer, isDirect: true }
  }
  if (found.outcome === 'ambiguous') {
    composer.say('ambiguous').say('end')
    const names = found.candidates.map((place) => `《${titleOf(place.document)}》${spokenOf(place)}`)
    found.candidates.forEach(({ document }, at) => {
      const name = names[at]!
      // two files of one law: the first chapter of each
      const alone = names.indexOf(name) === names.lastIndexOf(name)
      composer.add({ kind: 'label', text: alone ? name : `${name}（${document.source}）` }).say('end')
    })
    return { outcome: 'ambiguous', composer, places: found.candidates }
  }
  if (found.reason === 'not-a-reference') return undefined
  if (found.reason === 'no-such-version') {
    composer.add({ kind: 'count', text: found.message })
    return { outcome: 'declined', reason: 'no-evidence', composer, places: [] }
  }
  const unknown = found.reason === 'no-such-document'
  composer.say(unknown ? 'declined-document' : 'declined-no-such-clause').add({ kind: 'count', text: found.message })
  if (unknown) return { outcome: 'declined', reason: 'no-evidence', composer, places: [] }
  return { outcome: 'declined', reason: 'no-such-clause', composer }
}

/** The paragraph where one was named, the lead where the lead was, else the clause with all that stands under it. */
function spanOf({ lineage, paragraph }: Place): Span {
  const clause = lineage.at(-1)!
  return (paragraph === undefined ? undefined : clause.paragraphs[paragraph - 1]) ?? clause.extent
}

