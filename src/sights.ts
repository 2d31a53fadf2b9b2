/**
 * Sight → view: collections × where documents lie. Collections, registry and the list of changes are asked for their
 * marks at every request, and read anew when one has changed; what was indexed since is hidden until it is known where
 * it belongs.
 */
import type { Identity } from './access/access.ts'
import type { AccessStore } from './access/access-store.ts'
import { viewOf, type Placed } from './access/sight.ts'
import { EVERYTHING, type View } from './access/view.ts'
import { libraryListMark, readLibraryList } from './documents/library-list.ts'
import { openRegistry, registryMark } from './documents/registry.ts'

/** Views kept: of each set of collections that somebody was given, the last one made. */
const MOST_KEPT = 64

export class Sights {
  readonly #dataFolder: string
  readonly #store: Pick<AccessStore, 'collections' | 'collectionsMark'>
  readonly #views = new Map<string, { readonly mark: string; readonly view: Promise<View> }>()

  constructor(dataFolder: string, store: Pick<AccessStore, 'collections' | 'collectionsMark'>) {
    this.#dataFolder = dataFolder
    this.#store = store
  }

  /**
   * The very same view for the same sight until something changes.
   * @throws PolicyError where collections or registry cannot be read: nothing is shown rather than too much
   */
  async viewOf({ sight }: Pick<Identity, 'sight'>): Promise<View> {
    if (sight === 'all') return EVERYTHING
    const marks = [this.#store.collectionsMark(), registryMark(this.#dataFolder), libraryListMark(this.#dataFolder)]
    const mark = (await Promise.all(marks)).join('\n') // taken before what they stand for is read
    const key = [...sight].sort().join('\n')
    const known = this.#views.get(key)
    if (known?.mark === mark) return known.view
    const view = this.#made(sight)
    this.#views.delete(key)
    this.#views.set(key, { mark, view })
    view.catch(() => this.#views.delete(key))
    const [oldest] = this.#views.keys()
    if (this.#views.size > MOST_KEPT && oldest !== undefined) this.#views.delete(oldest)
    return view
  }

  async #made(sight: Identity['sight']): Promise<View> {
    const collections = await this.#store.collections()
    return viewOf(sight, collections, collections.length > 0 ? await placedIn(this.#dataFolder) : new Map())
  }
}

/** Where every document lies or lay that the data folder knows of. */
async function placedIn(dataFolder: string): Promise<Placed> {
  const { registry } = await openRegistry(dataFolder, new Date())
  const { replacements } = await readLibraryList(dataFolder)
  const over = new Map(replacements.map(({ id, over: files }) => [id, files]))
  return new Map(
    Object.entries(registry.documents).map(([id, { folder, source }]) => [id, [{ folder, source }, ...(over.get(id) ?? [])]]),
  )
}
