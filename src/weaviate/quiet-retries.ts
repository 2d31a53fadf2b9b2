/**
 * The client writes every retry with its whole stack to the console, where the log of a server is lines of JSON. What
 * comes of a request is counted and told by connection.ts; these words are left out, and no others.
 */
const RETRY = /^(?:Attempt|Healthcheck) \d+ failed\. Retrying in /

const isRetry = (words: readonly unknown[]): boolean => words.some((word) => typeof word === 'string' && RETRY.test(word))

let isQuiet = false

/** Once a process. */
export function quietenRetries(): void {
  if (isQuiet) return
  isQuiet = true
  const { warn } = console
  console.warn = (...words: unknown[]): void => {
    if (!isRetry(words)) warn.apply(console, words)
  }
}
