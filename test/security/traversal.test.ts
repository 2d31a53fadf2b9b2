/**
 * Names are never paths: whatever an upload, a draft or an id of one is called, no file is written or read outside the
 * folders meant for it. TIAOWEN_LONG=1 carries every name through the library; else the names alone are many.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readDraft } from '../../src/drafts/read-draft.ts'
import { uploadName } from '../../src/documents/upload-names.ts'
import { PolicyError } from '../../src/errors.ts'
import { bytesOf, openDesk, RULES } from '../library/library.ts'
import { isLong } from '../store/random.ts'

const UPS = ['..', '.', '...', '....', '..;', '..%00', '. .', '..\u200b', '．．', '%2e%2e', '%252e%252e', '..%c0%af', '.%2e', '\u2025', '..\\', '\u202e..']
const SLASHES = ['/', '\\', '//', '%2f', '%5c', '%252f', '%c0%af', '\u2215', '\u2044', '／', '＼', '\0', '%00', ':', '/./', '\\/', '..\\..\\']
const TARGETS = ['etc/passwd', 'windows\\win.ini', 'state.sqlite', 'data/library.json', 'documents.yaml', '.env', 'CON', 'NUL.txt', '决定']
const ENDINGS = ['.txt', '.docx', '.txt\0.exe', '']
const LEADS = ['', '/', 'C:\\', '\\\\server\\share\\', 'file:///', '~/', '\\\\?\\C:\\']

/** Every way up, sign between, aim and ending, some of them more than once, and what is too long. */
const NAMES: readonly string[] = [
  ...UPS.flatMap((up) => SLASHES.flatMap((slash) => TARGETS.flatMap((target) => ENDINGS.map((ending) => `${up}${slash}${target}${ending}`)))),
  ...LEADS.flatMap((lead) => TARGETS.flatMap((target) => ENDINGS.map((ending) => `${lead}${target}${ending}`))),
  ...[1, 3, 12, 100].flatMap((times) => ['../', '..\\', '%2e%2e%2f', '....//'].map((up) => `${up.repeat(times)}etc/passwd.txt`)),
  ...[240, 255, 256, 300, 4096].map((bytes) => `${'a'.repeat(bytes)}.txt`),
  ...[80, 85, 100].map((count) => `${'办'.repeat(count)}.txt`),
]

const nameOrRefusal = (given: string): string | PolicyError => {
  try {
    return uploadName(given)
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
}

test(`${NAMES.length} names of uploads: refused, or a name in one folder`, () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(5_000)
  const folder = resolve('/data/documents')
  const wrong = NAMES.filter((given) => {
    const name = nameOrRefusal(given)
    if (name instanceof PolicyError) return !/^(?:bad-request|file-format)$/.test(name.code)
    const isInside = dirname(resolve(folder, name)) === folder && basename(name) === name
    return !isInside || /[/\\:\0]|^\.|[\p{Cc}\p{Cf}]/u.test(name) || Buffer.byteLength(name) > 200
  })
  expect(wrong).toEqual([])
})

/** Every file below a folder with its bytes. */
function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(paths.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]))
}

const CARRIED = isLong ? NAMES : NAMES.filter((_, at) => at % 500 === 0)

test(`${CARRIED.length} of them through the library: nothing is written beside data/`, { timeout: 3_600_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-traversal-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const [documents, data] = [join(home, 'a', 'documents'), join(home, 'a', 'b', 'data')]
  for (const folder of [documents, data]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(documents, '决定.txt'), RULES)
  writeFileSync(join(home, 'passwd.txt'), 'outside')
  const { desk } = await openDesk({ documents, data })
  const outside = () => Object.fromEntries(Object.entries(filesOf(home)).filter(([path]) => !path.startsWith(`${data}/`)))
  const before = outside()
  for (const given of CARRIED) {
    try {
      const name = uploadName(given) // as the route does
      await desk.discard((await desk.stage(name, bytesOf(RULES))).id)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
    }
    await expect(desk.staged(given), given).rejects.toMatchObject({ code: 'no-such-upload' })
    await expect(desk.stagedText(given), given).rejects.toMatchObject({ code: 'no-such-upload' })
    await expect(desk.accept(given), given).rejects.toMatchObject({ code: 'no-such-upload' })
  }
  await desk.idle()
  expect(outside()).toEqual(before)
  for (const path of Object.keys(filesOf(data))) expect(resolve(path)).toBe(path)
})

test(`${NAMES.length} names of drafts: a name decides how a draft is read, and names no file`, async () => {
  for (const name of NAMES.filter((_, at) => isLong || at % 10 === 0)) {
    const draft = await readDraft(bytesOf(RULES), name).catch((error: unknown) => {
      if (error instanceof PolicyError) return undefined
      throw error
    })
    if (draft) expect(draft.text).toBe(RULES)
  }
})

test('an id that climbs to what looks like an upload opens nothing', async () => {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-climbing-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const [documents, data] = [join(home, 'a', 'documents'), join(home, 'a', 'data')]
  for (const folder of [documents, data]) mkdirSync(folder, { recursive: true })
  const { desk } = await openDesk({ documents, data })
  const { id } = await desk.stage('办法.txt', bytesOf(RULES))
  cpSync(join(data, 'staging', id), join(home, 'outside'), { recursive: true })
  const climbing = ['../../../outside', `${id}/../../../../outside`, `./${id}`, `${id}/`, join(home, 'outside'), `../staging/${id}`]
  for (const one of climbing) {
    await expect(desk.staged(one), one).rejects.toMatchObject({ code: 'no-such-upload' })
    await expect(desk.stagedText(one), one).rejects.toMatchObject({ code: 'no-such-upload' })
  }
  expect((await desk.staged(id)).id).toBe(id)
})
