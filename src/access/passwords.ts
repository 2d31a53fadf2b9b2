/** Passwords 口令: which are good enough, and what is kept of them, Argon2id in the notation of PHC. */
import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { PolicyError } from '../errors.ts'
import { isSameDigest } from './secrets.ts'

/** What one hashing takes. */
export interface PasswordCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** Above what OWASP asks for (19 MiB, 2 passes): some 0.2 s of one core. */
export const PASSWORD_COST: PasswordCost = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 }

export const PASSWORD_CHARACTERS = { least: 12, most: 1024 } as const

const HASH_BYTES = 32
const SALT_BYTES = 16
/** Each takes memory and a thread of the few that files are read with. */
const MOST_AT_ONCE = 2
/** Who comes then is asked to try again. */
const MOST_WAITING = 64

const hashed = promisify(argon2)

/** What is typed on different keyboards is one password: NFKC, as NIST SP 800-63B has it. */
const normalised = (password: string) => password.normalize('NFKC')

/** @throws PolicyError `bad-request` with what is asked for */
export function refuseWeak(password: string, login: string): void {
  const length = [...password].length
  if (length < PASSWORD_CHARACTERS.least || length > PASSWORD_CHARACTERS.most) {
    throw new PolicyError('bad-request', '口令须为 12 至 1024 个字符，请换一个。The password must have 12 to 1,024 characters.')
  }
  const folded = normalised(password).toLowerCase()
  if (folded === normalised(login).toLowerCase() || isCommon(folded)) {
    throw new PolicyError('bad-request', '这个口令太常见或与登录名相同，请换一个。The password is too easy to guess.')
  }
}

/** A few characters again and again, a row of the keyboard, or one that everybody tries. */
function isCommon(folded: string): boolean {
  return isRepeated(folded) || ROWS.some((row) => row.includes(folded)) || COMMON.has(folded)
}

const LONGEST_UNIT = 4

/** @example isRepeated('abc1abc1abc1') // true */
function isRepeated(folded: string): boolean {
  const units = Array.from({ length: LONGEST_UNIT }, (_, at) => folded.slice(0, at + 1))
  return units.some((unit) => unit.repeat(Math.ceil(folded.length / unit.length)).startsWith(folded))
}

const ROWS = ['12345678901234567890', '09876543210987654321', 'qwertyuiopasdfghjklzxcvbnm', 'abcdefghijklmnopqrstuvwxyz', '1qaz2wsx3edc4rfv5tgb6yhn7ujm']
const COMMON: ReadonlySet<string> = new Set(
  `password1234 password12345 password123456 password123! passw0rd1234 p@ssw0rd1234 administrator administrator1
  admin1234567 admin12345678 admin@123456 admin123456! adminadmin123 iloveyou1234 welcome12345 letmein12345
  changeme1234 changeme12345 qwerty123456 qwerty1234567 qwertyuiop123 1q2w3e4r5t6y 1qaz2wsx3edc! 1qaz@wsx3edc
  woaini1314520 woaini520131 woaini5201314 5201314520131 a123456789012 aa1234567890 abc123456789 abcd12345678
  asd123456789 zxcvbnm12345 asdfghjkl123 q1w2e3r4t5y6 tiaowen12345 tiaowen123456 tiaowen@12345 root12345678
  huawei123456 test12345678 user12345678 guest1234567 default12345 secret123456`.split(/\s+/),
)

export class Passwords {
  readonly #cost: PasswordCost
  #running = 0
  readonly #waiting: (() => void)[] = []
  #nobodys: Promise<string> | undefined

  constructor(cost: PasswordCost = PASSWORD_COST) {
    this.#cost = cost
  }

  /** What is kept of a password. @throws PolicyError `overloaded` where too many are being hashed */
  async keptOf(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    return phcOf({ cost: this.#cost, salt, hash: await this.#hash(password, salt, this.#cost) })
  }

  /**
   * Is it the password of which this was kept? Takes as long where nothing was kept, and is false then.
   * @throws PolicyError `overloaded`
   */
  async matches(password: string, kept: string | undefined): Promise<boolean> {
    this.#nobodys ??= this.#nobody()
    const { cost, salt, hash } = phcRead(kept ?? (await this.#nobodys))
    const typed = password.length <= 2 * PASSWORD_CHARACTERS.most ? password : ''
    const isSame = isSameDigest(await this.#hash(typed, salt, cost), hash)
    return isSame && kept !== undefined
  }

  /** Was it kept at another cost than is asked for now? */
  isOutdated(kept: string): boolean {
    const { memoryKiB, passes, lanes } = phcRead(kept).cost
    return memoryKiB !== this.#cost.memoryKiB || passes !== this.#cost.passes || lanes !== this.#cost.lanes
  }

  /** No password leads to it: what is compared is drawn by lot. */
  async #nobody(): Promise<string> {
    return phcOf({ cost: this.#cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) })
  }

  async #hash(password: string, nonce: Buffer, { memoryKiB, passes, lanes }: PasswordCost): Promise<Buffer> {
    await this.#turn()
    try {
      const message = normalised(password)
      const parameters = { message, nonce, memory: memoryKiB, passes, parallelism: lanes, tagLength: HASH_BYTES }
      return await hashed('argon2id', parameters)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) {
        throw new PolicyError('overloaded', '登录的人太多，请稍后再试。Too many people are signing in; try again in a moment.')
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running++
  }
}

interface Kept {
  readonly cost: PasswordCost
  readonly salt: Buffer
  readonly hash: Buffer
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** https://github.com/P-H-C/phc-string-format */
function phcOf({ cost: { memoryKiB, passes, lanes }, salt, hash }: Kept): string {
  const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${bare(salt)}$${bare(hash)}`
}

function phcRead(kept: string): Kept {
  const [, memory, passes, lanes, salt = '', hash = ''] = PHC.exec(kept) ?? []
  if (memory === undefined) {
    throw new PolicyError('state-unusable', '保存的口令无法识别，请用 tiaowen people password 重新设置。')
  }
  const cost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}
