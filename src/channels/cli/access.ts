/**
 * `tiaowen keys`, `people`, `collections`, `audit`: who may do what, and what was done. A secret is printed once, on
 * standard output alone: `KEY=$(tiaowen keys create …)`; what is said about it goes beside it.
 */
import type { Role, Scope, Sight } from '../../access/access.ts'
import type { AccessStore, AuditEntry, By, CollectionRecord, KeyRecord, PersonRecord } from '../../access/access-store.ts'
import { PolicyError } from '../../errors.ts'
import { plain } from '../render.ts'
import type { AccessCommand, See } from './access-command.ts'
import { json, type Printing } from './answers.ts'
import { EXIT } from './help.ts'

/** A document as the registry knows it. */
export interface KnownFile {
  readonly id: string
  /** Label of its folder. */
  readonly folder: string
  /** Its path below that. */
  readonly source: string
}

export interface AccessParts {
  readonly store: AccessStore
  readonly files: () => Promise<{ readonly folders: readonly string[]; readonly files: readonly KnownFile[] }>
  /** One line: typed without an echo, or piped in. */
  readonly password: (prompt: string) => Promise<string>
}

export interface Words extends Printing {
  readonly printError: (text: string) => void
}

type Of<Name extends AccessCommand['name']> = Extract<AccessCommand, { readonly name: Name }>

const BY: By = { by: 'cli' }

export async function manageAccess(command: AccessCommand, parts: AccessParts, words: Words): Promise<number> {
  switch (command.name) {
    case 'keys':
      return keys(command, parts.store, words)
    case 'people':
      return people(command, parts, words)
    case 'collections':
      return collections(command, parts, words)
    case 'audit':
      return audit(command, parts.store, words)
  }
}

async function keys(command: Of<'keys'>, store: AccessStore, { print, printError, style }: Words): Promise<number> {
  if (command.verb === 'list') {
    const [all, named] = [await store.keys(), await namesOf(store)]
    if (command.json) print(json(all))
    else if (all.length === 0) printError('还没有密钥。建立一把：tiaowen keys create <名称>')
    for (const key of command.json ? [] : all) print((isOver(key) ? style.soft : asItIs)(plain(keyLine(key, named))))
    return EXIT.done
  }
  if (command.verb === 'revoke') {
    if (!(await store.revokeKey(command.id, BY))) {
      throw new PolicyError('no-such-key', `没有密钥 ${plain(command.id)}，或它早已停用；编号见 tiaowen keys list。`)
    }
    printError(`密钥 ${command.id} 已停用，立即生效。`)
    return EXIT.done
  }
  const scopes = command.scopes as readonly Scope[] // the store refuses what is none
  const { called: name, expiresAt, tokensADay } = command
  const sight = await sightOf(command.see ?? (scopes.includes('admin') ? 'all' : []), store)
  const wanted = { name, scopes, sight, ...(expiresAt !== undefined && { expiresAt }), ...(tokensADay !== undefined && { tokensADay }) }
  const { key, secret } = await store.createKey(wanted, BY)
  print(command.json ? json({ key, secret }) : secret)
  if (command.quiet || command.json) return EXIT.done
  printError(plain(`已建立：${keyLine(key, await namesOf(store))}`))
  printError('密钥只显示这一次，请现在存到安全的地方。从现在起，凡是访问都须出示密钥或登录。')
  return EXIT.done
}

async function people(command: Of<'people'>, { store, password }: AccessParts, words: Words): Promise<number> {
  const { print, printError, style } = words
  const tell = (told: string, person: PersonRecord) => {
    if (command.json) print(json(person))
    else printError(plain(told))
    return EXIT.done
  }
  switch (command.verb) {
    case 'list': {
      const [all, named] = [await store.people(), await namesOf(store)]
      if (command.json) print(json(all))
      else if (all.length === 0) printError('还没有人员。添加一位：tiaowen people add <登录名>')
      for (const one of command.json ? [] : all) print((one.disabledAt ? style.soft : asItIs)(plain(personLine(one, named))))
      return EXIT.done
    }
    case 'add': {
      const role = command.role as Role // the store refuses what is none
      const sight = await sightOf(command.see ?? (role === 'admin' ? 'all' : []), store)
      const { login, called: name, subject } = command
      const given = subject ? { subject } : { password: await password(`${login} 的口令（至少 12 个字符）：`) }
      const person = await store.createPerson({ login, name, role, sight, ...given }, BY)
      return tell(`已添加：${personLine(person, await namesOf(store))}`, person)
    }
    case 'password': {
      const { id, login } = await personOf(store, command.who)
      const typed = await password(`${login} 的新口令（至少 12 个字符）：`)
      return tell(`${login} 的口令已更换，原有登录已结束。`, await store.changePerson(id, { password: typed }, BY))
    }
    case 'disable':
    case 'enable': {
      const { id, login } = await personOf(store, command.who)
      const disabled = command.verb === 'disable'
      const told = disabled ? `${login} 已停用，原有登录已结束。` : `${login} 已恢复。`
      return tell(told, await store.changePerson(id, { disabled }, BY))
    }
    case 'role': {
      const { id } = await personOf(store, command.who)
      const role = command.role as Role // the store refuses what is none
      const sight = command.see === undefined ? undefined : await sightOf(command.see, store)
      const person = await store.changePerson(id, { role, ...(sight !== undefined && { sight }) }, BY)
      return tell(`已更改：${personLine(person, await namesOf(store))}`, person)
    }
  }
}

async function collections(command: Of<'collections'>, parts: AccessParts, words: Words): Promise<number> {
  const { print, printError } = words
  const { store } = parts
  const tell = (told: string, one: CollectionRecord) => {
    if (command.json) print(json(one))
    else printError(plain(told))
    return EXIT.done
  }
  switch (command.verb) {
    case 'list': {
      const all = await store.collections()
      const { files } = command.json ? { files: [] } : await parts.files()
      if (command.json) print(json(all))
      else if (all.length === 0) printError('还没有文件集，所有文件人人可见。建立一个：tiaowen collections create <名称>')
      for (const one of command.json ? [] : all) print(plain(collectionText(one, files)))
      return EXIT.done
    }
    case 'create': {
      const made = await store.createCollection(command.collection, BY)
      return tell(`已建立文件集 ${made.name}（${made.id}）。放入文件：tiaowen collections add ${made.name} <文件夹或文件>…`, made)
    }
    case 'delete': {
      const one = await collectionOf(store, command.collection)
      await store.removeCollection(one.id, BY)
      return tell(`已删除文件集 ${one.name}；其中的文件，凡不在别的文件集里的，从现在起人人可见。`, one)
    }
    case 'add':
    case 'remove': {
      const one = await collectionOf(store, command.collection)
      const isAdding = command.verb === 'add'
      const { folders, documents } = entriesOf(command.entries, await parts.files(), isAdding ? undefined : one)
      const merged = (before: readonly string[], named: readonly string[]) =>
        isAdding ? [...before, ...named] : before.filter((entry) => !named.includes(entry))
      const change = { folders: merged(one.folders, folders), documents: merged(one.documents, documents) }
      const changed = await store.changeCollection(one.id, change, BY)
      return tell(`文件集 ${changed.name} 现有 ${changed.folders.length} 个文件夹、${changed.documents.length} 份单列的文件。`, changed)
    }
  }
}

async function audit(command: Of<'audit'>, store: AccessStore, { print, printError, style }: Words): Promise<number> {
  switch (command.verb) {
    case 'head': {
      const { number, hash } = await store.auditHead()
      print(command.json ? json({ number, hash }) : `${number}:${hash}`)
      return EXIT.done
    }
    case 'verify': {
      const verdict = await store.auditVerify(command.expected)
      if (command.json) print(json(verdict))
      else if (verdict.whole) print(`审计日志完好：${verdict.head.number} 条，末端 ${verdict.head.number}:${verdict.head.hash}`)
      else printError(style.warning(`审计日志第 ${verdict.number} 条起有问题：${verdict.why}。请保留现场，与备份比对。`))
      return verdict.whole ? EXIT.done : EXIT.failed
    }
    case 'show': {
      const { limit, action, by, since } = command
      const wanted = { limit, ...(action !== undefined && { action }), ...(by !== undefined && { by }), ...(since !== undefined && { since }) }
      const entries = await store.auditEntries(wanted)
      if (command.json) print(json(entries))
      else for (const entry of [...entries].reverse()) print((entry.outcome === 'done' ? asItIs : style.warning)(plain(entryLine(entry))))
      return EXIT.done
    }
  }
}

const asItIs = (text: string) => text
const isOver = ({ revokedAt, expiresAt }: KeyRecord) =>
  revokedAt !== undefined || (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now())

/** Ids of collections by their names, and back. */
async function namesOf(store: AccessStore): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.collections()).map(({ id, name }) => [id, name]))
}

async function sightOf(see: See, store: AccessStore): Promise<Sight> {
  if (see === 'all') return 'all'
  const all = see.length === 0 ? [] : await store.collections()
  return see.map((word) => found(all, word).id)
}

const collectionOf = async (store: AccessStore, word: string) => found(await store.collections(), word)

function found(all: readonly CollectionRecord[], word: string): CollectionRecord {
  const one = all.find(({ name, id }) => name === word.normalize('NFC') || id === word)
  if (!one) throw new PolicyError('no-such-collection', `没有文件集“${word}”，见 tiaowen collections list。`)
  return one
}

async function personOf(store: AccessStore, word: string): Promise<PersonRecord> {
  const folded = word.normalize('NFKC').toLowerCase()
  const one = (await store.people()).find(({ login, id }) => login.normalize('NFKC').toLowerCase() === folded || id === word)
  if (!one) throw new PolicyError('no-such-person', `没有登录名为 ${word} 的人员，见 tiaowen people list。`)
  return one
}

type Library = Awaited<ReturnType<AccessParts['files']>>

/**
 * Labels of folders, ids, or names of files: whole paths below their folder, or last parts that only one has.
 * @param within what is taken out of it need not be known to the library any more
 */
function entriesOf(words: readonly string[], { folders, files }: Library, within?: CollectionRecord) {
  const entries = { folders: [] as string[], documents: [] as string[] }
  for (const word of words.map((one) => one.normalize('NFC'))) {
    if (folders.includes(word) || within?.folders.includes(word)) entries.folders.push(word)
    else if (within?.documents.includes(word)) entries.documents.push(word)
    else entries.documents.push(documentOf(word, files))
  }
  return entries
}

function documentOf(word: string, files: readonly KnownFile[]): string {
  const whole = files.filter(({ id, source, folder }) => id === word || source === word || `${folder}/${source}` === word)
  const named = whole.length > 0 ? whole : files.filter(({ source }) => source.endsWith(`/${word}`))
  if (named.length === 1) return named[0]!.id
  if (named.length === 0) throw new PolicyError('no-such-document', `没有文件夹或文件“${word}”；文件名和编号见 tiaowen doctor，新文件请先 tiaowen index。`)
  const ids = named.map(({ id, folder, source }) => `${id}（${folder}/${source}）`).join('、')
  throw new PolicyError('bad-request', `名为“${word}”的文件有 ${named.length} 份，请写编号：${ids}。`)
}

const CHINA_AHEAD_MS = 8 * 3_600_000

/** In China. @example day('2026-12-31T16:00:00.000Z') // '2027-01-01 00:00' */
const day = (time: string) =>
  new Date(Date.parse(time) + CHINA_AHEAD_MS).toISOString().slice(0, 16).replace('T', ' ')

const seenIn = (sight: Sight, named: ReadonlyMap<string, string>) =>
  sight === 'all' ? '全部文件' : ['公开文件', ...sight.map((id) => named.get(id) ?? id)].join('、')

function keyLine(key: KeyRecord, named: ReadonlyMap<string, string>): string {
  const facts = [
    key.scopes.join(' '),
    `可见 ${seenIn(key.sight, named)}`,
    key.expiresAt === undefined ? '不过期' : `${day(key.expiresAt)} 到期`,
    ...(key.tokensADay === undefined ? [] : [`每天 ${key.tokensADay} 词元`]),
    ...(key.revokedAt === undefined ? [] : [`已停用 ${day(key.revokedAt)}`]),
    key.lastUsedAt === undefined ? '从未使用' : `最近使用 ${day(key.lastUsedAt)}`,
  ]
  return `${key.id}  ${key.name}  ${facts.join('；')}`
}

function personLine(person: PersonRecord, named: ReadonlyMap<string, string>): string {
  const facts = [
    person.role,
    `可见 ${seenIn(person.sight, named)}`,
    person.subject ? `单点登录 ${person.subject.issuer}` : person.hasPassword ? '口令' : '不能登录',
    ...(person.disabledAt === undefined ? [] : [`已停用 ${day(person.disabledAt)}`]),
    person.lastSignInAt === undefined ? '从未登录' : `最近登录 ${day(person.lastSignInAt)}`,
  ]
  return `${person.login}  ${person.name}  ${facts.join('；')}`
}

function collectionText({ id, name, folders, documents }: CollectionRecord, files: readonly KnownFile[]): string {
  const nameOf = new Map(files.map((file) => [file.id, file.source]))
  const lines = [...folders.map((folder) => `  文件夹 ${folder}`), ...documents.map((one) => `  ${one} ${nameOf.get(one) ?? '（已不在）'}`)]
  return [`${name}（${id}）`, ...(lines.length > 0 ? lines : ['  （空）'])].join('\n')
}

function entryLine({ number, at, by, action, object, outcome, address, detail }: AuditEntry): string {
  const facts = Object.entries(detail ?? {}).map(([fact, value]) => `${fact}=${value}`)
  const where = address === undefined ? [] : [`来自 ${address}`]
  return [`${number}`, at, by, action, ...(object === undefined ? [] : [object]), OUTCOMES[outcome], ...where, ...facts].join('  ')
}

const OUTCOMES = { done: '完成', refused: '拒绝', failed: '失败' } as const
