/** A file that cannot be read is the sender's to mend, and told in the reader's own words: 422. */
import type { Context } from 'hono'
import { PolicyError } from '../../errors.ts'
import { instanceOf } from './guards.ts'
import { problemOf, problemResponse } from './problem.ts'

/** What `work` answers; where it refuses a file, a problem with the reader's sentence. */
export async function withFileProblems(context: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PolicyError) || !error.code.startsWith('file-')) throw error
    return problemResponse(problemOf(error.code, error.message, instanceOf(context), 422))
  }
}
