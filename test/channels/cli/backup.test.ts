/** `tiaowen backup` and `restore`: what is understood, what is printed, how it exits. */
import { describe, expect, test } from 'vitest'
import { commandOf } from '../../../src/channels/cli/command.ts'
import { backUp, restore, verify, type BackupFacts, type BackupParts } from '../../../src/channels/cli/backup.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import { NO_BACKUPS } from '../scripted.ts'

const FOLDER = '/backup/tiaowen-20260131T020000Z'
const FACTS: BackupFacts = {
  programVersion: '0.1.0',
  startedAt: '2026-01-31T02:00:00.000Z',
  generation: 'gen-00000007',
  documents: 12,
  conversations: 3,
  citations: { total: 9, resolved: 9 },
  operatorDocuments: [{}, {}],
  notices: [],
  leftOut: ['state.sqlite.before-3'],
  files: { 'data/documents.json': { bytes: 5 }, 'index/CURRENT': { bytes: 143 } },
}

async function said(work: typeof backUp | typeof verify | typeof restore, parts: Partial<BackupParts>, wanted: unknown, isJson = false) {
  const [printed, errors]: [string[], string[]] = [[], []]
  const saying = { print: (text: string) => void printed.push(text), printError: (text: string) => void errors.push(text), style: PLAIN, isJson }
  const code = await work({ ...NO_BACKUPS, ...parts }, wanted as never, saying)
  return { code, out: printed.join('\n'), err: errors.join('\n') }
}

describe('what is typed', () => {
  test.each([
    [['backup', '/backup'], { name: 'backup', wanted: { target: '/backup' }, json: false }],
    [['backup', '--keep', '14', '--json', '/backup'], { name: 'backup', wanted: { target: '/backup', keep: 14 }, json: true }],
    [['backup'], { name: 'usage', message: '请写明备份放到哪个文件夹。' }],
    [['backup', '--keep', '0', '/backup'], { name: 'usage', message: '--keep 应为 1 至 9999 的整数。' }],
    [['backup', '/my', 'backups'], { name: 'usage', message: 'backup 不需要参数“backups”；路径里有空格的请加引号。' }],
    [['restore', FOLDER], { name: 'restore', wanted: { backup: FOLDER, replace: false }, verify: false, json: false }],
    [['restore', '--into', '/try', '--replace', FOLDER], { name: 'restore', wanted: { backup: FOLDER, replace: true, into: '/try' }, verify: false, json: false }],
    [['restore', '--verify', FOLDER], { name: 'restore', wanted: { backup: FOLDER, replace: false }, verify: true, json: false }],
    [['restore', '--verify', '--replace', FOLDER], { name: 'usage', message: '--verify 只核对，不恢复，不与 --into、--replace 同用；恢复时总会先核对。' }],
    [['restore'], { name: 'usage', message: '请写明哪一份备份，如 /backup/tiaowen-20260131T020000Z。' }],
    [['backup', '--verify', '/backup'], { name: 'usage', message: 'backup 没有选项 --verify。' }],
  ])('%j', (argv, command) => expect(commandOf(argv).command).toEqual(command))
})

describe('what is said', () => {
  const take: BackupParts['take'] = async () => ({ folder: FOLDER, manifest: { ...FACTS, notices: ['没有索引'] }, pruned: ['/backup/old'], bytes: 268_400_000, sharedBytes: 200_000_000 })

  test('of a backup: what is in it and what is not; its folder on the last line', async () => {
    expect(await said(backUp, { take }, { target: '/backup', keep: 2 })).toEqual({
      code: 0,
      err: '注意：没有索引',
      out: [
        '已备份 12 份文件，3 个对话（引文 9/9 处有原文），索引 gen-00000007。',
        '共 268.4 MB，其中 200.0 MB 与上一份备份共用。',
        '管理员文件夹里的 2 份文件不在备份里（文本在）；它们的路径与校验值记在清单里，请另行备份。',
        '数据文件夹里未备份的：state.sqlite.before-3',
        '按 --keep 删去旧备份 1 份。',
        FOLDER,
      ].join('\n'),
    })
    expect(JSON.parse((await said(backUp, { take }, { target: '/backup' }, true)).out)).toMatchObject({ folder: FOLDER, bytes: 268_400_000, pruned: ['/backup/old'], files: 2 })
  })

  test('of one that was compared', async () => {
    const parts: Partial<BackupParts> = { verify: async () => ({ manifest: FACTS, questions: 20, notices: [] }) }
    expect((await said(verify, parts, FOLDER)).out).toBe(
      '备份完好：12 份文件，3 个对话（引文 9/9 处有原文），索引 gen-00000007。核对 2 个文件的校验值，20 个问题的回答与备份时相同。',
    )
    expect(JSON.parse((await said(verify, parts, FOLDER, true)).out)).toMatchObject({ backup: FOLDER, isWhole: true, questions: 20 })
  })

  test('of one that was restored: where the old lies, and what to do next', async () => {
    const parts: Partial<BackupParts> = {
      restore: async () => ({ manifest: FACTS, questions: 20, notices: ['备份由版本 0.1.0 写成'], setAside: ['/data/before-restore-1'] }),
    }
    const { out, err } = await said(restore, parts, { backup: FOLDER, replace: true })
    expect([err, out.split('\n').slice(1)]).toEqual([
      '注意：备份由版本 0.1.0 写成',
      ['原有的数据保存在 /data/before-restore-1，确认无误后可以删除。', '现在可以启动服务；管理员文件夹里的文件若与备份时不同，启动后会自动更新索引。'],
    ])
  })
})
