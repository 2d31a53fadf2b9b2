/** A plain text draft: a line is a paragraph, as received; line ends become `\n`. */
import { linesOf } from '../documents/lines.ts'
import type { DraftFile } from './draft-file.ts'
import { DraftWriter } from './draft-writer.ts'

export function readTextDraft(received: string): Pick<DraftFile, 'format' | 'text' | 'places' | 'remarks'> {
  const writer = new DraftWriter()
  for (const { start, wordsEnd } of linesOf(received)) {
    writer.add({ part: 'body' }, [{ words: received.slice(start, wordsEnd), from: start, to: wordsEnd }])
  }
  return { format: 'txt', text: writer.text, places: writer.places, remarks: [] }
}
