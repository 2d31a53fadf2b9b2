/** The time of day as it was when the process began, and what has passed since: it never jumps. */

/**
 * Milliseconds since 1970, UTC. Who sets the clock of the machine a day back or a year ahead changes nothing here until
 * the next start: waiting times, leases and what is too old are told by it.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now())
