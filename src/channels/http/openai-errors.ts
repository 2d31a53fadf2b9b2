/** Whatever goes wrong below /v1, as clients of OpenAI's API read it. */
import type { MiddlewareHandler } from 'hono'
import type { z } from '@hono/zod-openapi'
import { problemOfIssues, type Problem } from './problem.ts'
import type { OpenAiErrorSchema } from './openai-schemas.ts'

export type OpenAiError = z.infer<typeof OpenAiErrorSchema>

/** What is said no to; `param` is the field of the request that it is about. */
export function openAiError(status: number, code: string, message: string, param: string | null = null): OpenAiError {
  return { error: { message, type: typeOf(status), param, code } }
}

export function refusal(status: number, code: string, message: string, param: string | null = null): Response {
  return Response.json(openAiError(status, code, message, param), { status })
}

export function refusalOfIssues(issues: readonly z.core.$ZodIssue[], within: readonly string[] = []): Response {
  const { status, code, detail } = problemOfIssues(issues, '')
  const param = [...within, ...(issues[0]?.path ?? [])].map(String).join('.')
  return refusal(status, code, detail, param === '' ? null : param.slice(0, 100))
}

export const errorOfProblem = ({ status, code, detail }: Problem): OpenAiError => openAiError(status, code, detail)

function typeOf(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/** Stands before the guards: what they and the rest say as problem+json is said in OpenAI's words. */
export const inOpenAiWords: MiddlewareHandler = async (context, next) => {
  await next()
  const { res } = context
  if (!res.headers.get('Content-Type')?.startsWith('application/problem+json')) return
  const problem = (await res.json()) as Problem
  const headers = new Headers(res.headers)
  headers.set('Content-Type', 'application/json')
  context.res = undefined
  context.res = new Response(JSON.stringify(errorOfProblem(problem)), { status: res.status, headers })
}
