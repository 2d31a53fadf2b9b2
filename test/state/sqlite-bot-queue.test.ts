/** The queue of chat platforms in a file of SQLite: the contract, and what a file on a disk may meet. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import { describeBotQueue, LEASE_MS } from '../contracts/bot-queue.ts'

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tiaowen-queue-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))
const newPath = () => join(folder, String(files++), 'state.sqlite')

const opened = (path: string, now?: () => number) => {
  const { queue, state } = openSqliteStorage(path, { leaseMs: LEASE_MS, ...(now && { now }) })
  return { queue, close: () => state.close() }
}
let last = ''
describeBotQueue('SqliteBotQueue', {
  open: async (now) => opened((last = newPath()), now),
  again: async (now) => opened(last, now),
})

const EVENT = { platform: 'slack', id: 'Ev1', thread: 'qqq话题qqq', question: 'qqq绝密qqq', replyTo: { hook: 'qqq地址qqq' } }
const SLACK = { platforms: ['slack'], most: 9 }

test('of an event that is done its name is left in the file, and nothing that was said', async () => {
  const path = newPath()
  const { queue, close } = opened(path)
  await queue.put(EVENT)
  await queue.claim({ stage: 'asked', ...SLACK })
  await queue.layOut(EVENT, ['qqq回答qqq'])
  await queue.claim({ stage: 'answered', ...SLACK })
  await queue.begin(EVENT)
  await queue.sent(EVENT)
  await close()
  const bytes = await readFile(path)
  expect([bytes.includes('qqq'), bytes.includes('Ev1'), existsSync(`${path}-wal`)]).toEqual([false, true, false])
})

test('on a full disk an event is not taken; what was taken is still there, and goes on when there is room', async ({ skip }) => {
  const target = fileURLToPath(new URL('full-disk-target.ts', import.meta.url))
  const run = 'mount -t tmpfs -o size=4m tmpfs /mnt && echo mounted >&2 && exec "$0" "$1" /mnt'
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) =>
    execFile('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', run, process.execPath, target], (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    ),
  )
  if (!stderr.startsWith('mounted')) return skip(stderr)
  expect(JSON.parse(stdout)).toEqual({ became: ['taken', 'disk-full', 'duplicate', 'taken'], claimed: [['Ev1', '目标？']] })
})
