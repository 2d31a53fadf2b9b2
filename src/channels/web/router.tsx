/** Every state of the page has an address: which view, which conversation, and what is open in the reader. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { ChatPage } from './chat/chat-page.tsx'
import { Failed, NotFound } from './shell/instead.tsx'
import { Shell } from './shell/shell.tsx'

/** What any view may have beside it. */
export interface BesideSearch {
  /** The reader: `{documentId}`, `{documentId}/{sha16}` or `{documentId}/{sha16}/{start}-{end}`, as in /read/…. */
  read?: string
  /** Which citation it shows: `{exchangeId}.{n}`; absent where a clause was opened from elsewhere. */
  at?: string
}

type DocumentsColumn = 'title' | 'issuer' | 'date' | 'clauses' | 'problems'

export interface DocumentsSearch {
  q?: string
  /** A column, from its last to its first with `-` before it; absent: the order of the folders. */
  sort?: DocumentsColumn | `-${DocumentsColumn}`
  /** A staged upload that is being looked at before it counts. */
  upload?: string
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const READ = /^[\w-]+(?:\/[0-9a-f]{16,64}(?:\/\d{1,9}-\d{1,9})?)?$/

function besideOf(search: Record<string, unknown>): BesideSearch {
  const read = text(search['read'])
  const at = text(search['at'])
  return { ...(read !== undefined && READ.test(read) && { read }), ...(at !== undefined && { at }) }
}

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, validateSearch: besideOf })

const SORT = /^-?(?:title|issuer|date|clauses|problems)$/

/** `?q=` asks at once: links from elsewhere. `?about=` is the document to ask about, chosen but not yet asked. */
const newChatRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: ChatPage,
  validateSearch: (search): { q?: string; about?: string } => {
    const [q, about] = [text(search['q']), text(search['about'])]
    return { ...(q !== undefined && { q }), ...(about !== undefined && { about }) }
  },
})

const chatRoute = createRoute({ getParentRoute: () => rootRoute, path: '/c/$conversationId', component: ChatPage })

const documentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/documents',
  component: lazyRouteComponent(() => import('./documents/documents-page.tsx'), 'DocumentsPage'),
  validateSearch: (search): DocumentsSearch => {
    const [q, sort, upload] = [text(search['q']), text(search['sort']), text(search['upload'])]
    return {
      ...(q !== undefined && { q }),
      ...(sort !== undefined && SORT.test(sort) && { sort: sort as NonNullable<DocumentsSearch['sort']> }),
      ...(upload !== undefined && { upload }),
    }
  },
})

/** A clause on a page of its own: where citations from elsewhere lead. `$` is as `read` above. */
const readRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/read/$',
  component: lazyRouteComponent(() => import('./reader/reading-page.tsx'), 'ReadingPage'),
})

const routeTree = rootRoute.addChildren([newChatRoute, chatRoute, documentsRoute, readRoute])

export const router = createRouter({ routeTree, defaultPreload: false, scrollRestoration: false, defaultErrorComponent: Failed })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
