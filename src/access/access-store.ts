/**
 * Keys, people, sessions, collections, and what was done by whom. A seam: sqlite-access.ts stands behind it, and any
 * other implementation passes test/contracts/access.ts.
 *
 * Nothing secret is kept: of a key and a session its SHA-256, of a password its Argon2id hash. What a method has
 * resolved is on the disk, and counts at once for every process that shares the store: nothing is remembered between
 * two calls. Every method throws PolicyError `state-unusable` where the store cannot be read or written, `disk-full`
 * where there is no room; those that change something throw `bad-request` for what is no name, scope, role or day.
 * All times are ISO 8601, UTC.
 */
import type { Owner } from '../state/state.ts'
import type { Role, Scope, Sight } from './access.ts'

/** `by` and what was done to whom go to the audit log in the same transaction as the change. */
export interface By {
  /** Identity.id of whoever does it; `cli` on the command line. */
  readonly by: string
  readonly requestId?: string
  readonly address?: string
}

/** API 密钥. */
export interface KeyRecord {
  /** 8 characters, the first of the secret part: found by it, shown everywhere, useless alone. */
  readonly id: string
  readonly name: string
  /** Whose conversations are those of the key: `k-` and 16 digits of its SHA-256; the same by key and by session. */
  readonly owner: Owner
  readonly scopes: readonly Scope[]
  readonly sight: Sight
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt?: string
  /** To the minute. */
  readonly lastUsedAt?: string
  readonly revokedAt?: string
  /** Tokens of the language model a day; absent: what the whole server may use. */
  readonly tokensADay?: number
}

export interface NewKey {
  /** 1 to 80 characters. */
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly sight: Sight
  /** A day, good to its end in China, or a time with its zone. */
  readonly expiresAt?: string
  readonly tokensADay?: number
}

export interface PersonRecord {
  readonly id: string
  /** What they sign in with: 1 to 80 characters without spaces, whatever its case. */
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly sight: Sight
  readonly createdAt: string
  readonly lastSignInAt?: string
  /** May not sign in; sessions are over. */
  readonly disabledAt?: string
  readonly hasPassword: boolean
  /** Issuer and subject of single sign-on 单点登录. */
  readonly subject?: { readonly issuer: string; readonly subject: string }
}

export interface NewPerson {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly sight: Sight
  /** 12 to 1,024 characters. */
  readonly password?: string
  readonly subject?: { readonly issuer: string; readonly subject: string }
}

/** A signed-in browser; whose it is. */
export type SessionHolder = { readonly person: PersonRecord } | { readonly key: KeyRecord }

export interface SessionRecord {
  readonly id: string
  readonly createdAt: string
  /** 7 days after it was opened; over before that after 12 hours without use. */
  readonly expiresAt: string
  /** To the minute. */
  readonly lastUsedAt: string
  /** As the browser calls itself, clipped. */
  readonly agent?: string
  readonly address?: string
}

/** 文件集: documents that only those may see who are given it. A document in no collection is seen by everyone. */
export interface CollectionRecord {
  readonly id: string
  /** 1 to 80 characters, unique. */
  readonly name: string
  /** Every document of these folders, by the label the registry gives them, now and later. */
  readonly folders: readonly string[]
  /** Documents by id, besides. */
  readonly documents: readonly string[]
  readonly createdAt: string
}

/** One thing that was done or tried. */
export interface AuditEntry {
  /** From 1, without a gap. */
  readonly number: number
  readonly at: string
  /** Identity.id, or `nobody`. */
  readonly by: string
  /** e.g. `key.create`, `key.revoke`, `sign-in`, `upload.accept`, `document.remove`, `index.round`, `admin.read`. */
  readonly action: string
  /** What it was done to: an id, never a secret and never words of a question. */
  readonly object?: string
  readonly outcome: 'done' | 'refused' | 'failed'
  readonly requestId?: string
  readonly address?: string
  /** A few short facts besides, e.g. `{ scopes: 'ask search' }`. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>
  /** SHA-256 over the hash of the entry before and this one in canonical JSON, hex. */
  readonly hash: string
}

export type NewAuditEntry = Omit<AuditEntry, 'number' | 'at' | 'hash'>

/** Where the chain of the audit log ends: kept elsewhere, it shows that the log was cut. */
export interface AuditHead {
  readonly number: number
  readonly hash: string
}

export type AuditVerdict =
  | { readonly whole: true; readonly head: AuditHead }
  /** The first entry that does not follow from the one before, and why. */
  | { readonly whole: false; readonly number: number; readonly why: string }

export interface AuditWanted {
  readonly limit: number
  /** Only those before this number. */
  readonly before?: number
  readonly action?: string
  readonly by?: string
  readonly since?: string
}

export interface AccessStore {
  /** `secret` is shown this once and kept nowhere. */
  createKey(wanted: NewKey, by: By): Promise<{ readonly key: KeyRecord; readonly secret: string }>
  /** Newest first, revoked ones too. */
  keys(): Promise<readonly KeyRecord[]>
  /** Compared in constant time; undefined where it is unknown, revoked or past its day. Counts as used. */
  keyBySecret(secret: string): Promise<KeyRecord | undefined>
  /** For what acts as a key without its secret: bots, MCP. Undefined as keyBySecret. */
  keyById(id: string): Promise<KeyRecord | undefined>
  /** Its sessions end with it. False where there is none or it is revoked already. */
  revokeKey(id: string, by: By): Promise<boolean>

  createPerson(wanted: NewPerson, by: By): Promise<PersonRecord>
  people(): Promise<readonly PersonRecord[]>
  /** Undefined where there is none or they are disabled. */
  personBySubject(issuer: string, subject: string): Promise<PersonRecord | undefined>
  /**
   * Takes as long whether or not there is such a person. Undefined where they may not sign in.
   * @throws PolicyError `overloaded` where too many sign in at once
   */
  personByPassword(login: string, password: string): Promise<PersonRecord | undefined>
  /** A new password, role or standing ends their sessions. @throws PolicyError `no-such-person`; `bad-request` where no admin were left */
  changePerson(
    id: string,
    change: Partial<Pick<NewPerson, 'name' | 'role' | 'sight' | 'password'>> & { readonly disabled?: boolean },
    by: By,
  ): Promise<PersonRecord>

  /**
   * The token goes into the cookie; it is kept nowhere. Of one holder the 50 youngest stay.
   * @throws PolicyError `no-such-key`, `no-such-person` where there is none or they may not come in
   */
  openSession(
    holder: { readonly person: string } | { readonly key: string },
    about: { readonly agent?: string; readonly address?: string },
  ): Promise<{ readonly token: string; readonly session: SessionRecord }>
  /** Undefined where it is over, or its key or person is. Counts as used. */
  sessionByToken(token: string): Promise<{ readonly session: SessionRecord; readonly holder: SessionHolder } | undefined>
  sessionsOf(holder: { readonly person: string } | { readonly key: string }): Promise<readonly SessionRecord[]>
  closeSession(id: string): Promise<boolean>

  collections(): Promise<readonly CollectionRecord[]>
  createCollection(name: string, by: By): Promise<CollectionRecord>
  /** @throws PolicyError `no-such-collection` */
  changeCollection(
    id: string,
    change: Partial<Pick<CollectionRecord, 'name' | 'folders' | 'documents'>>,
    by: By,
  ): Promise<CollectionRecord>
  /** Its documents are seen by everyone again who is not kept out by another. @throws PolicyError `no-such-collection` */
  removeCollection(id: string, by: By): Promise<void>
  /** Changes whenever a collection does: what is computed from them is computed anew. Cheap. */
  collectionsMark(): Promise<string>

  /**
   * Was there ever a key or a person? Where there was none, only this machine is served. What was shut once does not
   * open by itself: a key that is revoked or past its day, and a database that was lost, keep everybody out. While the
   * store cannot be read it is as it was when it was read last.
   */
  hasAnyone(): Promise<boolean>

  audit(entry: NewAuditEntry): Promise<void>
  auditEntries(wanted: AuditWanted): Promise<readonly AuditEntry[]>
  auditHead(): Promise<AuditHead>
  /** Walks the whole chain. `expected`: a head that was kept elsewhere. */
  auditVerify(expected?: AuditHead): Promise<AuditVerdict>
}
