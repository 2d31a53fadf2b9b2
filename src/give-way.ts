/** Work that nobody waits for gives way to work somebody does: indexing, beside a server that answers. */
import { constants, setPriority } from 'node:os'

/** This thread, and all threads it starts from now on, run where nothing more urgent does. */
export function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // not every system lets a process give way
  }
}
