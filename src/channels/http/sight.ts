/** What a request is served from: the assistant and the desk over the documents that whoever asks may see. */
import type { Context } from 'hono'
import type { Assistant } from '../../answering/assistant.ts'
import type { LibraryDesk } from '../../answering/library-desk.ts'
import type { Asker } from '../keeper.ts'
import { identityOf } from './guards.ts'
import type { SeenBy } from '../seen-by.ts'
import type { Reader } from '../withheld.ts'

/** Handed to the routes in place of an assistant. */
export class Sight {
  readonly #seenBy: SeenBy

  constructor(seenBy: SeenBy) {
    this.#seenBy = seenBy
  }

  assistant(context: Context): Promise<Assistant> {
    return this.#seenBy.assistantOf(identityOf(context))
  }

  asker(context: Context): Promise<Asker> {
    return this.#seenBy.askerOf(identityOf(context))
  }

  /** Undefined for who may see all. */
  reader(context: Context): Promise<Reader | undefined> {
    return this.#seenBy.readerOf(identityOf(context))
  }

  uploaded(context: Context): Promise<ReadonlySet<string>> {
    return this.#seenBy.uploadedOf(identityOf(context))
  }

  /** Of an app that has a desk. */
  async desk(context: Context): Promise<LibraryDesk> {
    const desk = await this.#seenBy.deskOf(identityOf(context))
    if (!desk) throw new Error('There is no desk')
    return desk
  }
}
