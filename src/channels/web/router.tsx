/** Every state of the page has an address: which view, which conversation, and what is open in the reader. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import type { CheckVerdict } from '../../types.ts'
import { isAdminPart, type AdminPart } from './admin/sections.ts'
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

export interface CheckSearch {
  /** Of what was found: `i` and the number of an item, or `s` and that of a suggestion. */
  item?: string | undefined
  /** What the list is limited to. */
  show?: CheckVerdict | 'suggestion' | undefined
}

export interface LookupSearch {
  ref?: string | undefined
  /** Which of several candidates is shown, 1-based. */
  pick?: number | undefined
}

export interface AdminSearch {
  /** Absent: the overview. */
  part?: AdminPart | undefined
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

const SHOW = /^(?:verbatim|altered|misplaced|exists|no-such-clause|not-found|not-checked|suggestion)$/

const checkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/check',
  component: lazyRouteComponent(() => import('./check/check-page.tsx'), 'CheckPage'),
  validateSearch: (search): CheckSearch => {
    const item = text(search['item'])
    const show = text(search['show'])
    return {
      item: item !== undefined && /^[is]\d{1,6}$/.test(item) ? item : undefined,
      show: show !== undefined && SHOW.test(show) ? (show as NonNullable<CheckSearch['show']>) : undefined,
    }
  },
})

const lookupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/lookup',
  component: lazyRouteComponent(() => import('./lookup/lookup-page.tsx'), 'LookupPage'),
  validateSearch: (search): LookupSearch => {
    const pick = Number(search['pick'])
    const ref = search['ref']
    return { ref: typeof ref === 'number' ? String(ref) : text(ref), pick: Number.isInteger(pick) && pick > 0 ? pick : undefined }
  },
})

/** In a piece of its own: whoever reads and asks loads nothing of it. */
const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  component: lazyRouteComponent(() => import('./admin/admin-page.tsx'), 'AdminPage'),
  validateSearch: (search): AdminSearch => ({ part: isAdminPart(search['part']) ? search['part'] : undefined }),
})

/** A clause on a page of its own: where citations from elsewhere lead. `$` is as `read` above. */
const readRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/read/$',
  component: lazyRouteComponent(() => import('./reader/reading-page.tsx'), 'ReadingPage'),
})

const routeTree = rootRoute.addChildren([newChatRoute, chatRoute, documentsRoute, checkRoute, lookupRoute, adminRoute, readRoute])

export const router = createRouter({ routeTree, defaultPreload: false, scrollRestoration: false, defaultErrorComponent: Failed })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
