/** A stream that ends when whoever reads it may no longer: once a key is revoked or a session over, within a second. */
import { problemOf } from './problem.ts'

/** Half of the second within which it ends. */
const LOOK_MS = 500

export interface Watched {
  /** May whoever reads still? Where that cannot be told, they may not. */
  readonly isStill: () => Promise<boolean>
  /** Called once, when the stream is over or its reader went away. */
  readonly onEnd: () => void
  /** The last event of one that is cut off. */
  readonly lastWords: string
}

/** The same answer, looked after while it streams. */
export function watchedStream(response: Response, { isStill, onEnd, lastWords }: Watched): Response {
  if (!response.body) {
    onEnd()
    return response
  }
  const reader = response.body.getReader()
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    clearInterval(looking)
    onEnd()
  }
  let cut = () => {}
  const looking = setInterval(() => {
    isStill().then(
      (may) => void (may || cut()),
      () => cut(),
    )
  }, LOOK_MS).unref()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      cut = () => {
        if (isOver) return
        end()
        controller.enqueue(Buffer.from(lastWords, 'utf8'))
        controller.close()
        reader.cancel().catch(() => {})
      }
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (isOver) return
        if (!done) return controller.enqueue(value)
        end()
        controller.close()
      } catch (error) {
        if (isOver) return
        end()
        controller.error(error)
      }
    },
    cancel(reason) {
      end()
      return reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}

/** What a stream of `path` says at its end; MCP has no event of its own for that. */
export function revokedWords(path: string, instance: string): string {
  const problem = problemOf('unauthorized', '密钥或登录已失效，回答到此为止。请重新登录。', instance)
  if (path === '/mcp') return ': unauthorized\n\n'
  if (!path.startsWith('/v1/')) return `event: error\ndata: ${JSON.stringify(problem)}\n\n`
  const { detail: message, code } = problem
  return `data: ${JSON.stringify({ error: { message, type: 'authentication_error', param: null, code } })}\n\n`
}
