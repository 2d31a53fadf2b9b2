/** Backups of an office at work: each is of one moment, has all that was acknowledged before, and answers alike. */
import { fork, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { uploadsFolder } from '../../src/documents/library-list.ts'
import { openFolders, requestFor, VERSION } from './office.ts'
import { takeBackup } from '../../src/backup/take-backup.ts'
import { trials } from '../store/random.ts'
import { memoryFolder, workshop, writeSmall } from '../library.ts'
import type { Said } from './writing-target.ts'

const BACKUPS = trials(2, 20)

test(`${BACKUPS} backups while it writes, restored: all answer alike, nothing acknowledged is missing`, { timeout: 1_800_000 }, async () => {
  const { config, home } = workshop((documents) => {
    writeSmall(documents)
    copyFileSync('seeds/002_19591aa6ab4e6a68.txt', join(documents, '建议.txt')) // more clauses than there are questions
  }, memoryFolder())
  const office = fork(fileURLToPath(new URL('./writing-target.ts', import.meta.url)), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  onTestFinished(() => void office.kill('SIGKILL'))
  const heard = listen(office)
  office.send({ config })
  await expect.poll(() => heard.errors || (heard.documents.size > 4 && heard.conversations > 0), { timeout: 300_000 }).toBe(true)

  const taken: { readonly folder: string; readonly conversations: number; readonly events: readonly string[] }[] = []
  const generations = new Set<string | null>()
  for (let n = 0; n < BACKUPS; n++) {
    const before = heard.rounds
    if (n > 0) await expect.poll(() => heard.errors || heard.rounds > before + 1, { timeout: 300_000 }).toBe(true)
    await sleep((n * 137) % 700) // not always at the same step of a round
    const acknowledged = { conversations: heard.conversations, events: [...heard.events] }
    const { folder, manifest } = await takeBackup(requestFor(config, join(home, 'backups')))
    expect(manifest.notices).toEqual([])
    expect(manifest.citations.resolved).toBe(manifest.citations.total)
    generations.add(manifest.generation)
    taken.push({ folder, ...acknowledged })
  }
  office.send('stop')
  await new Promise((resolve) => office.once('exit', resolve))
  expect(heard.errors).toBe('')
  expect(generations.size).toBeGreaterThan(1)

  for (const [n, { folder, conversations, events }] of taken.entries()) {
    const to = join(home, `restored-${n}`)
    mkdirSync(to)
    const there = { ...config, dataFolder: join(to, 'data'), indexFolder: join(to, 'index') }
    const restored = await restoreBackup({ ...there, backup: folder, replace: false, programVersion: VERSION, openFolders })
    expect(restored.questions).toBeGreaterThanOrEqual(10) // as many as it has clauses with numbers, at most 20
    expect(restored.notices).toEqual([])
    const database = new DatabaseSync(join(to, 'data', 'state.sqlite'), { readOnly: true })
    expect(Number(database.prepare('SELECT count(*) AS n FROM conversations').get()!['n'])).toBeGreaterThanOrEqual(conversations)
    const kept = new Set(database.prepare('SELECT id FROM bot_events').all().map(({ id }) => id))
    expect(events.filter((id) => !kept.has(id))).toEqual([])
    database.close()
    // a start reads the documents again: each is who it was in the office, whatever was under way
    const app = await openApp(there, { log: () => {} })
    await app.settled
    const ids = app.assistant.catalogue().documents.map(({ id, source }) => `${id} ${source}`)
    expect(ids.filter((one) => !heard.documents.has(one))).toEqual([])
    expect(ids.length).toBeGreaterThanOrEqual(3)
    const { removed } = await app.desk.state()
    for (const { id } of removed) expect(ids.some((one) => one.startsWith(id))).toBe(false)
    for (const { source, origin, id } of removed) {
      expect(origin).toBe('upload')
      await app.desk.restore(id) // its file came along
      rmSync(join(uploadsFolder(there.dataFolder), source))
    }
    await app.close()
  }
})

function listen(office: ChildProcess) {
  const heard = { conversations: 0, rounds: 0, events: [] as string[], documents: new Set<string>(), errors: '' }
  office.stderr!.setEncoding('utf8').on('data', (text: string) => (heard.errors += text))
  office.on('message', (said) => {
    const news = said as Said
    if (news.kind === 'kept') heard.conversations = news.conversations
    if (news.kind === 'event') heard.events.push(news.id)
    if (news.kind !== 'documents') return
    heard.rounds++
    for (const id of news.ids) heard.documents.add(id)
  })
  return heard
}
