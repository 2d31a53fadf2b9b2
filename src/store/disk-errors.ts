/** What a failed file-system call means for the person who must mend it. */
import { type ErrorCode, PolicyError } from '../errors.ts'
import { codeOf } from './disk.ts'

const KEEPS = 'The index in place was not touched and keeps serving.'

/** Per error of the system: our code, what happened, the next step. */
const MEANING: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ENOSPC: ['disk-full', 'the disk is full', 'Free some space, then run: npm run tiaowen -- index'],
  EDQUOT: ['disk-full', 'the disk quota is used up', 'Free some space or raise the quota, then index again'],
  EACCES: ['index-unwritable', 'permission is denied', 'Let this user read and write the folder'],
  EPERM: ['index-unwritable', 'the system does not permit it', 'Let this user read and write the folder'],
  EROFS: ['index-unwritable', 'the disk is read-only', 'Mount it writable, or set TIAOWEN_INDEX_FOLDER to another'],
  EMFILE: ['index-unwritable', 'this process has too many files open', 'Raise the limit (ulimit -n) and start again'],
  ENFILE: ['index-unwritable', 'the system has too many files open', 'Close other programs or raise the limit'],
  EIO: ['index-unwritable', 'the disk reported an input/output error', 'Check the disk (dmesg), then index again'],
}

/** The PolicyError for a file-system error; any other error as it is. `doing`: e.g. 'write a new generation'. */
export function explained(error: unknown, folder: string, doing: string): unknown {
  const code = codeOf(error)
  if (error instanceof PolicyError || code === undefined) return error
  const [kind, what, next] = MEANING[code] ?? ['index-unwritable', `the system said ${code}`, 'See the cause']
  const detail = (error as Error).message
  return new PolicyError(kind, `Could not ${doing} in ${folder}: ${what} (${detail}). ${KEEPS} ${next}.`, {
    cause: error,
  })
}

/** Runs `work`; its file-system errors come out as PolicyErrors. */
export async function explaining<T>(folder: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explained(error, folder, doing)
  }
}
