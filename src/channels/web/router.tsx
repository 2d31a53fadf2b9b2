/** Every state of the page has an address: which view, which conversation, and what is open in the reader. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { ChatPage } from './chat/chat-page.tsx'
import { addressIn } from './reader/address.ts'
import { Failed, NotFound } from './shell/instead.tsx'
import { Shell } from './shell/shell.tsx'

/** What any view may have beside it. */
export interface BesideSearch {
  /** The reader: `{documentId}`, `{documentId}/{sha16}` or `{documentId}/{sha16}/{start}-{end}`, as in /read/…. */
  read?: string | undefined
  /** Which citation it shows: `{exchangeId}.{n}`; absent where a clause was opened from elsewhere. */
  at?: string | undefined
}

export interface NewChatSearch {
  q?: string | undefined
  about?: string | undefined
}

type DocumentsColumn = 'title' | 'issuer' | 'date' | 'clauses' | 'problems'

export interface DocumentsSearch {
  q?: string | undefined
  /** A column, from its last to its first with `-` before it; absent: the order of the folders. */
  sort?: DocumentsColumn | `-${DocumentsColumn}` | undefined
  /** A staged upload that is being looked at before it counts. */
  upload?: string | undefined
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What is not as it should be is undefined and not left out: the router hands on what nobody took back. */
function besideOf(search: Record<string, unknown>): BesideSearch {
  const read = text(search['read'])
  return { read: read !== undefined && addressIn(read) ? read : undefined, at: text(search['at']) }
}

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, validateSearch: besideOf })

const SORT = /^-?(?:title|issuer|date|clauses|problems)$/

/** `?q=` asks at once: links from elsewhere. `?about=` is the document to ask about, chosen but not yet asked. */
const newChatRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: ChatPage,
  validateSearch: (search): NewChatSearch => ({ q: text(search['q']), about: text(search['about']) }),
})

const chatRoute = createRoute({ getParentRoute: () => rootRoute, path: '/c/$conversationId', component: ChatPage })

const documentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/documents',
  component: lazyRouteComponent(() => import('./documents/documents-page.tsx'), 'DocumentsPage'),
  validateSearch: (search): DocumentsSearch => {
    const sort = text(search['sort'])
    return {
      q: text(search['q']),
      sort: sort !== undefined && SORT.test(sort) ? (sort as NonNullable<DocumentsSearch['sort']>) : undefined,
      upload: text(search['upload']),
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
