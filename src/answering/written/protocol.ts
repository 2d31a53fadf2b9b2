/**
 * A model's reply, piece by piece → the sentences it holds, each as soon as it is complete. Two forms are read: JSON,
 * `{"sentences": [{"text": …, "quotes": [{"handle": "c1", "quote": …}]}]}`, and plain text, a block for each sentence:
 * `- sentence`, then a line `> c1: quote` for each quotation. Which of them it is, the first complete sign tells.
 * What stands around them is passed over; nothing a reply holds makes this throw, and no unit is read twice.
 */

export interface WrittenQuote {
  /** As the model wrote it; see handles.ts. */
  readonly handle: string
  readonly quote: string
}

export interface WrittenSentence {
  readonly text: string
  readonly quotes: readonly WrittenQuote[]
}

/** The whole reply, for endpoints with structured output. */
export const REPLY_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['sentences'],
  properties: {
    sentences: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['quotes', 'text'],
        properties: {
          quotes: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['handle', 'quote'],
              properties: { handle: { type: 'string' }, quote: { type: 'string' } },
            },
          },
          text: { type: 'string' },
        },
      },
    },
  },
} as const

/** Longest object or line that is kept, in UTF-16 units; what is longer is no sentence. */
const LONGEST = 20_000
/** Most quotations of one sentence that are kept. */
const MOST_QUOTES = 20

/** Reads one reply. Sentences come in the same order, and the same ones, wherever the reply is cut into pieces. */
export class ReplyReader {
  #form: 'json' | 'plain' | undefined
  /** Objects of the list of sentences that were none. */
  #malformed = 0
  readonly #json = new JsonReader()
  readonly #plain = new PlainReader()

  get form(): 'json' | 'plain' | undefined {
    return this.#form
  }

  get malformed(): number {
    return this.#malformed
  }

  /** The sentences that this piece completes. */
  push(piece: string): WrittenSentence[] {
    const found: WrittenSentence[] = []
    for (let at = 0; at < piece.length; at++) this.#step(piece.charAt(at), found)
    return found
  }

  /** What was complete but for its end. An object that was cut off is none. */
  end(): WrittenSentence[] {
    if (this.#form === 'json') {
      if (this.#json.isOpen) this.#malformed++
      return []
    }
    const found = this.#plain.end()
    this.#form ??= this.#plain.hasQuote ? 'plain' : undefined
    return found
  }

  #step(unit: string, found: WrittenSentence[]): void {
    if (this.#form !== 'plain') {
      const object = this.#json.step(unit)
      if (this.#json.hasBegun) this.#form = 'json'
      if (object !== undefined) {
        const sentence = sentenceOf(object)
        if (sentence) found.push(sentence)
        else this.#malformed++
      }
    }
    if (this.#form !== 'json') {
      this.#plain.step(unit)
      if (this.#plain.hasQuote) this.#form = 'plain'
      // what has no quotation waits until it is sure that the form is this one
      if (this.#form === 'plain') found.push(...this.#plain.take())
    }
  }
}

/** Finds the list of sentences in a stream and gives each of its objects whole. */
class JsonReader {
  /** The last units outside the list, for its opening. */
  #tail = ''
  /** Units read so far outside the list, up to the length of a tail. */
  #read = 0
  #state: 'before' | 'between' | 'object' | 'after' = 'before'
  #object = ''
  #length = 0
  #depth = 0
  #inString = false
  #escaped = false

  get hasBegun(): boolean {
    return this.#state !== 'before'
  }

  get isOpen(): boolean {
    return this.#state === 'object'
  }

  /** The text of an object that this unit closes; too long a one as ''. */
  step(unit: string): string | undefined {
    if (this.#state === 'object') return this.#inside(unit)
    if (this.#state === 'between') {
      if (unit === '{') this.#open()
      else if (unit === ']') this.#state = 'after'
    } else if (this.#state === 'before') this.#before(unit)
    return undefined
  }

  #before(unit: string): void {
    this.#read++
    this.#tail = (this.#tail + unit).slice(-TAIL)
    if (unit === '[' && LIST_OPENS.test(this.#tail)) this.#state = 'between'
    else if (unit === '{' && this.#read <= TAIL && BARE_LIST.test(this.#tail)) this.#open()
  }

  #open(): void {
    this.#state = 'object'
    this.#object = '{'
    this.#length = 1
    this.#depth = 1
    this.#inString = this.#escaped = false
  }

  #inside(unit: string): string | undefined {
    if (++this.#length <= LONGEST) this.#object += unit
    if (this.#escaped) this.#escaped = false
    else if (this.#inString) {
      if (unit === '\\') this.#escaped = true
      else if (unit === '"') this.#inString = false
    } else if (unit === '"') this.#inString = true
    else if (unit === '{' || unit === '[') this.#depth++
    else if ((unit === '}' || unit === ']') && --this.#depth === 0) {
      this.#state = 'between'
      const object = this.#length <= LONGEST ? this.#object : ''
      this.#object = ''
      return object
    }
    return undefined
  }
}

const TAIL = 64
const LIST_OPENS = /"sentences"\s{0,20}:\s{0,20}\[$/
/** A list without the object around it, at the beginning of the reply. */
const BARE_LIST = /^\s{0,10}(?:```(?:json)?\s{0,10})?\[\s{0,20}\{$/

function sentenceOf(json: string): WrittenSentence | undefined {
  const value = parsed(json)
  if (typeof value !== 'object' || value === null) return undefined
  if (!('text' in value) || typeof value.text !== 'string') return undefined
  const quotes = 'quotes' in value && Array.isArray(value.quotes) ? (value.quotes as readonly unknown[]) : []
  return { text: value.text.trim(), quotes: quotes.slice(0, MOST_QUOTES).flatMap(quoteOf) }
}

function quoteOf(value: unknown): WrittenQuote[] {
  if (typeof value !== 'object' || value === null) return []
  const { handle, quote } = value as Readonly<Record<string, unknown>>
  return typeof handle === 'string' && typeof quote === 'string' ? [{ handle, quote }] : []
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Reads `- sentence` and `> c1: quote`, line by line. */
class PlainReader {
  #line = ''
  #length = 0
  #text: string | undefined
  #quotes: WrittenQuote[] = []
  #complete: WrittenSentence[] = []
  #hasQuote = false

  /** A quotation stood under a sentence: this is the form. */
  get hasQuote(): boolean {
    return this.#hasQuote
  }

  step(unit: string): void {
    if (unit !== '\n') {
      if (++this.#length <= LONGEST) this.#line += unit
      return
    }
    this.#read(this.#length <= LONGEST ? this.#line : '')
    this.#line = ''
    this.#length = 0
  }

  take(): WrittenSentence[] {
    const taken = this.#complete
    this.#complete = []
    return taken
  }

  end(): WrittenSentence[] {
    this.step('\n')
    this.#close()
    return this.take()
  }

  #read(asReceived: string): void {
    const line = asReceived.replace(/[\r\u2028\u2029]/g, ' ')
    const bullet = /^\s{0,8}[-*•]\s(.*)$/.exec(line)
    const quote = /^\s{0,8}>\s{0,8}[[【]?([cC]\d{1,3})[\]】]?\s{0,8}[:：](.*)$/.exec(line)
    const more = /^\s{0,8}>(.*)$/.exec(line)
    if (bullet) {
      this.#close()
      this.#text = bullet[1]!.trim()
    } else if (quote && this.#text !== undefined) {
      this.#hasQuote = true
      if (this.#quotes.length < MOST_QUOTES) this.#quotes.push({ handle: quote[1]!, quote: quote[2]!.trim() })
    } else if (more && this.#quotes.length > 0) {
      const last = this.#quotes.at(-1)!
      const quote = `${last.quote}\n${more[1]!.trim()}`
      if (last.quote.length < LONGEST) this.#quotes.splice(-1, 1, { ...last, quote })
    } else if (this.#quotes.length > 0) this.#close()
  }

  #close(): void {
    if (this.#text !== undefined) this.#complete.push({ text: this.#text, quotes: this.#quotes })
    this.#text = undefined
    this.#quotes = []
  }
}
