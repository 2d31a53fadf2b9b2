/** What /openapi.json promises of every route: a body of JSON, and how it says no. */
import { ProblemSchema } from './schemas.ts'

export const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemSchema } },
})

/** Of every route under /api. */
export const PROBLEMS = {
  400: problem('The request is not understood; `code` says why'),
  401: problem('An API key is needed'),
  403: problem('This is not allowed to you'),
  503: problem('No index is ready yet'),
}

export const NO_DOCUMENT = { 404: problem('No such document') }

/** Of every route that takes a body of JSON. */
export const BODY_PROBLEMS = { 413: problem('The body is larger than 64 KiB'), 415: problem('The body is not JSON') }
