/** `tiaowen keys`, `people`, `collections`, `audit`: what is typed, what is printed where, what becomes of it. */
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IN_MEMORY, openSqliteAccess } from '../../../src/access/sqlite-access.ts'
import type { AccessStore } from '../../../src/access/access-store.ts'
import { manageAccess, type KnownFile } from '../../../src/channels/cli/access.ts'
import type { AccessCommand } from '../../../src/channels/cli/access-command.ts'
import { commandOf } from '../../../src/channels/cli/command.ts'
import { readPassword } from '../../../src/channels/cli/password.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import { PolicyError } from '../../../src/errors.ts'

const FILES: readonly KnownFile[] = [
  { id: 'd-000000000001', folder: '人事', source: '工资办法.docx' },
  { id: 'd-000000000002', folder: '文件', source: '2024/通知.txt' },
  { id: 'd-000000000003', folder: '文件', source: '2025/通知.txt' },
]
const PASSWORD = '春眠不觉晓处处闻啼鸟夜来'

let store: AccessStore & { close(): void }
beforeEach(() => {
  const now = () => Date.parse('2026-03-02T01:00:00Z')
  store = openSqliteAccess(IN_MEMORY, { now, passwordCost: { memoryKiB: 8, passes: 1, lanes: 1 } })
})
afterEach(() => store.close())

async function run(...argv: readonly string[]) {
  const { command } = commandOf(argv)
  if (command.name === 'usage') return { code: 2, out: '', err: command.message }
  const printed: string[] = []
  const errors: string[] = []
  const parts = { store, files: async () => ({ folders: ['人事', '文件'], files: FILES }), password: async () => PASSWORD }
  const words = { print: (text: string) => printed.push(text), printError: (text: string) => void errors.push(text), style: PLAIN }
  const code = await manageAccess(command as AccessCommand, parts, words).catch((error: unknown) => {
    if (!(error instanceof PolicyError)) throw error
    errors.push(error.code)
    return 1
  })
  return { code, out: printed.join('\n'), err: errors.join('\n') }
}

describe('keys', () => {
  test('the secret stands alone on standard output, and works', async () => {
    const { code, out, err } = await run('keys', 'create', '门户', '网站')
    expect([code, out]).toEqual([0, expect.stringMatching(/^tw_live_[\w-]{43}$/)])
    expect(err).toContain(`已建立：${out.slice(8, 16)}  门户 网站  ask search；可见 公开文件；不过期；从未使用`)
    expect(err).not.toContain(out)
    expect(await store.keyBySecret(out)).toMatchObject({ name: '门户 网站', createdBy: 'cli' })
    expect((await run('keys', 'create', '--quiet', '另一把')).err).toBe('')
  })

  test('are listed with what they may do, and revoked by their number', async () => {
    await run('collections', 'create', '人事')
    const made = await run('keys', 'create', '--scopes', 'ask,ingest', '--see', '人事', '--expires', '2026-12-31', '--tokens', '9000', '处室')
    const id = made.out.slice(8, 16)
    expect((await run('keys')).out).toBe(
      `${id}  处室  ask ingest；可见 公开文件、人事；2027-01-01 00:00 到期；每天 9000 词元；从未使用`,
    )
    expect(await run('keys', 'revoke', id)).toEqual({ code: 0, out: '', err: `密钥 ${id} 已停用，立即生效。` })
    expect(await run('keys', 'revoke', id)).toEqual({ code: 1, out: '', err: 'no-such-key' })
    expect((await run('keys', 'list')).out).toContain('已停用 2026-03-02 09:00')
    expect(JSON.parse((await run('keys', '--json')).out)).toHaveLength(1)
  })

  test('an admin sees all without being told', async () => {
    await run('keys', 'create', '--scopes', 'admin', '管理')
    expect((await store.keys())[0]).toMatchObject({ scopes: ['admin'], sight: 'all' })
    expect(await run('keys', 'create', '--scopes', 'admin', '--see', 'none', '管理')).toMatchObject({ code: 1, err: 'bad-request' })
    expect(await run('keys', 'create', '--see', '财务', '处室')).toMatchObject({ code: 1, err: 'no-such-collection' })
  })
})

test('people: added, changed, shut out', async () => {
  expect(await run('people', 'add', '--name', '李明', '--role', 'admin', 'Li.Ming')).toMatchObject({ code: 0, out: '' })
  expect((await store.personByPassword('li.ming', PASSWORD))?.role).toBe('admin')
  expect(await run('people', 'disable', 'li.ming')).toMatchObject({ code: 1, err: 'bad-request' })
  const sso = ['--issuer', 'https://sso.example.gov.cn', '--subject', '7']
  await run('people', 'add', '--role', 'admin', ...sso, 'wang')
  expect((await run('people')).out.split('\n')).toEqual([
    'Li.Ming  李明  admin；可见 全部文件；口令；从未登录',
    'wang  wang  admin；可见 全部文件；单点登录 https://sso.example.gov.cn；从未登录',
  ])
  expect((await run('people', 'disable', 'LI.MING')).err).toBe('Li.Ming 已停用，原有登录已结束。')
  expect(await store.personByPassword('li.ming', PASSWORD)).toBeUndefined()
  await run('people', 'enable', 'li.ming')
  await run('people', 'role', '--see', 'none', 'li.ming', 'reader')
  expect((await store.people())[0]).toMatchObject({ role: 'reader', sight: [] })
  expect((await run('people', 'password', 'li.ming')).err).toBe('Li.Ming 的口令已更换，原有登录已结束。')
  expect(await run('people', 'password', 'zhao')).toMatchObject({ code: 1, err: 'no-such-person' })
})

test('collections: folders by their label, documents by number or name', async () => {
  await run('collections', 'create', '人事文件')
  expect((await run('collections', 'add', '人事文件', '人事', '工资办法.docx', '2024/通知.txt')).err).toBe(
    '文件集 人事文件 现有 1 个文件夹、2 份单列的文件。',
  )
  expect(await run('collections', 'add', '人事文件', '通知.txt')).toMatchObject({ code: 1, err: 'bad-request' })
  expect(await run('collections', 'add', '人事文件', '没有.txt')).toMatchObject({ code: 1, err: 'no-such-document' })
  await run('collections', 'remove', '人事文件', 'd-000000000001')
  const [one] = await store.collections()
  expect((await run('collections')).out).toBe(`人事文件（${one!.id}）\n  文件夹 人事\n  d-000000000002 2024/通知.txt`)
  expect((await run('collections', 'delete', one!.id)).err).toContain('从现在起人人可见')
  expect(await store.collections()).toEqual([])
})

test('audit: shown, its end given out, and looked through', async () => {
  await run('collections', 'create', '人事\u202e')
  const { out: head } = await run('audit', 'head')
  expect(head).toMatch(/^1:[0-9a-f]{64}$/)
  expect((await run('audit')).out).toMatch(/^1 {2}2026-03-02T01:00:00\.000Z {2}cli {2}collection\.create {2}[0-9a-f]{16} {2}完成 {2}name=人事�$/)
  expect(await run('audit', 'verify', '--expect', head)).toMatchObject({ code: 0, out: `审计日志完好：1 条，末端 ${head}` })
  const cut = await run('audit', 'verify', '--expect', `2${head.slice(1)}`)
  expect([cut.code, cut.err]).toEqual([1, '审计日志第 2 条起有问题：日志曾有 2 条，现在只有 1 条。请保留现场，与备份比对。'])
  expect((await run('audit', 'show', '--action', 'key.create')).out).toBe('')
})

test.each([
  [['keys', 'make'], 'keys 没有“make”；可写 list、create、revoke。'],
  [['keys', 'create'], '请写明密钥的名称：keys create <名称>。'],
  [['keys', 'revoke'], '请写明密钥的编号：keys revoke <编号>。'],
  [['keys', 'create', '--tokens', 'many', '处室'], '--tokens 应为正整数。'],
  [['keys', '--role', 'admin'], 'keys 没有选项 --role。'],
  [['people', 'add', 'li', 'secret'], '多了“secret”。口令不写在命令里，从标准输入读取。'],
  [['people', 'role', 'li'], '请写明角色：people role <登录名> reader|editor|admin。'],
  [['people', 'add', '--issuer', 'https://sso', 'li'], '--issuer 和 --subject 须一起写。'],
  [['collections', 'add', '人事'], '请写明文件夹、文件名或文件编号：collections add <名称> <文件>…。'],
  [['audit', 'verify', '--expect', '12'], '--expect 应写作 audit head 打印的 序号:哈希。'],
  [['audit', '--limit', '0'], '--limit 应为 1 至 1000 的整数。'],
])('%j is not understood', async (argv, message) => expect(await run(...argv)).toEqual({ code: 2, out: '', err: message }))

describe('a password', () => {
  const asking = (input: NodeJS.ReadableStream, isTerminal: boolean, piped = '') => {
    const said: string[] = []
    return { said, parts: { input, isTerminal, piped: async () => Buffer.from(piped), say: (text: string) => void said.push(text) } }
  }

  test('that is piped in is one line', async () => {
    const piped = (text: string) => readPassword('口令：', asking(new PassThrough(), false, text).parts)
    expect(await piped(' 春眠不觉晓 \r\n')).toBe(' 春眠不觉晓 ')
    await expect(piped('')).rejects.toThrow('只要一行')
    await expect(piped('a\nb\n')).rejects.toThrow('只要一行')
  })

  test.each([
    ['the same twice', `${PASSWORD}\r${PASSWORD}\r`, PASSWORD],
    ['mistyped and mended', `${PASSWORD}x\u007f\r${PASSWORD}\r`, PASSWORD],
    ['another the second time', `${PASSWORD}\r${PASSWORD}x\r`, '两次输入的口令不一样'],
    ['given up', `${PASSWORD}\u0003`, '没有输入口令'],
  ])('typed at a terminal: %s', async (_, keys, outcome) => {
    const input = new PassThrough()
    const { said, parts } = asking(input, true)
    const typed = readPassword('口令：', parts).catch((error: Error) => error.message)
    for (const key of keys) {
      input.write(key)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await typed).toContain(outcome)
    expect(said.join('')).not.toContain('春眠')
    expect(said[0]).toBe('口令：')
  })
})
