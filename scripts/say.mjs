/** Progress lines and sentences for the person at the terminal. On stderr: stdout belongs to the command's answer. */

/** @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`)

/**
 * One line for a long step: what it is, and how long it took.
 * @template T
 * @param {string} title e.g. `① 安装依赖 installing packages`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(title, work) {
  const start = Date.now()
  if (process.stderr.isTTY) process.stderr.write(`${title} …\r`)
  else say(`${title} …`)
  try {
    const result = await work()
    say(`${title} … ${((Date.now() - start) / 1000).toFixed(1)} s`)
    return result
  } catch (error) {
    say(`${title} … 没有成功 failed`)
    throw error
  }
}

/** Something a person must mend: `message` is a plain sentence with the next step. */
export class SetUpError extends Error {}
