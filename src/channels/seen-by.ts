/**
 * What an identity is served from: the assistant and the desk over the documents it may see. Channels are handed this
 * and no assistant, so that none of them can forget to ask.
 */
import type { Identity } from '../access/access.ts'
import { EVERYTHING, NOTHING, type View } from '../access/view.ts'
import type { Assistant } from '../answering/assistant.ts'
import type { LibraryDesk } from '../answering/library-desk.ts'
import type { Asker } from './keeper.ts'
import type { Reader } from './withheld.ts'

/** Sight → view; see sights.ts. Rejects rather than show too much. */
export type ViewOf = (identity: Pick<Identity, 'sight'>) => Promise<View>

/** Without collections: who may see all sees all, and nobody else anything. */
const ALL_OR_NOTHING: ViewOf = async ({ sight }) => (sight === 'all' ? EVERYTHING : NOTHING)

export class SeenBy {
  readonly #assistant: Assistant
  readonly #desk: LibraryDesk | undefined
  readonly #viewOf: ViewOf

  constructor(assistant: Assistant, desk: LibraryDesk | undefined, viewOf: ViewOf = ALL_OR_NOTHING) {
    this.#assistant = assistant
    this.#desk = desk
    this.#viewOf = viewOf
  }

  /** Who may see all is served by the one assistant there is. */
  async assistantOf(identity: Pick<Identity, 'sight'>): Promise<Assistant> {
    const view = await this.#viewOf(identity)
    return view === EVERYTHING ? this.#assistant : this.#assistant.within(view)
  }

  async askerOf(identity: Pick<Identity, 'id' | 'sight' | 'owner' | 'tokensADay'>): Promise<Asker> {
    const view = await this.#viewOf(identity)
    const assistant = view === EVERYTHING ? this.#assistant : await this.#assistant.within(view)
    const { id, owner, tokensADay } = identity
    return { owner, assistant, view, ...(tokensADay !== undefined && { payer: { id, tokensADay } }) }
  }

  /** Undefined for who may see all: earlier answers are shown as they are. */
  async readerOf(identity: Pick<Identity, 'id' | 'sight' | 'owner'>): Promise<Reader | undefined> {
    const { view, assistant } = await this.askerOf(identity)
    return view === EVERYTHING ? undefined : { view, catalogue: assistant.catalogue() }
  }

  /** Undefined where documents are put in elsewhere. */
  async deskOf(identity: Pick<Identity, 'sight'>): Promise<LibraryDesk | undefined> {
    const view = await this.#viewOf(identity)
    if (view === EVERYTHING || !this.#desk) return this.#desk
    const assistant = await this.#assistant.within(view)
    return this.#desk.within(view, () => (assistant.status().ready ? assistant.catalogue().documents : []))
  }

  /** Documents that were uploaded, of those that are seen. */
  async uploadedOf(identity: Pick<Identity, 'sight'>): Promise<ReadonlySet<string>> {
    return (await (await this.deskOf(identity))?.uploaded()) ?? new Set()
  }
}
