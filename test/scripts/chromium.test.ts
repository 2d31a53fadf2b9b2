/** The browser of the tests: found where it is, installed where that asks nobody, and told of where it is missing. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findChromium, needsBrowser, obtainChromium } from '../../scripts/chromium.mjs'

let folder: string
let programs: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiaowen-browser-'))
  programs = join(folder, 'programs')
  mkdirSync(programs)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, script = 'exit 0'): string {
  const file = join(programs, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

/** A system whose own folders hold no browser. */
const bare = (path = programs) => ({ PATH: path })

describe('finding it', () => {
  test.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'])('%s in PATH', (name) => {
    const file = program(name)
    expect(findChromium(bare(), 'aix')).toBe(file)
  })

  test('Chromium before Chrome, wherever each stands', () => {
    program('google-chrome')
    const later = join(folder, 'later')
    mkdirSync(later)
    symlinkSync(program('other'), join(later, 'chromium'))
    expect(findChromium(bare(`${programs}:${later}`), 'aix')).toBe(join(later, 'chromium'))
  })

  test('where installers put it', () => {
    const files = join(folder, 'Files')
    const chrome = `${files}\\Google\\Chrome\\Application\\chrome.exe`
    writeFileSync(chrome, '') // a name like any other where \ does not divide
    expect(findChromium({ PATH: '', ProgramFiles: files }, 'win32')).toBe(chrome)
  })

  test('what only fetches a snap is none, and nothing is nothing', () => {
    program('chromium-browser', 'echo "requires the chromium snap: snap install chromium"')
    expect(findChromium(bare(), 'aix')).toBeUndefined()
    expect(findChromium({}, 'aix')).toBeUndefined()
  })
})

describe('which tests need it', () => {
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, 'test', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'test', name), text)
  }

  test('those that import the harness, when they are among those that run', () => {
    expect(needsBrowser(folder, [])).toBe(false)
    write('answering/compose.test.ts', "import { test } from 'vitest'\n")
    expect(needsBrowser(folder, [])).toBe(false)
    write('web/page.test.ts', "import { page } from './browser.ts'\n")
    write('web/payloads.test.ts', "import { payloads } from './payloads.ts'\n")
    expect(needsBrowser(folder, [])).toBe(true)
    expect(needsBrowser(folder, ['test/answering'])).toBe(false)
    expect(needsBrowser(folder, ['test/answering', './test/web/page'])).toBe(true)
    expect(needsBrowser(folder, ['test/web/payloads'])).toBe(false)
  })
})

/** `apt-get` and `sudo` that write down how they are called; the first leaves a chromium behind. */
function withApt(installs = true): () => string[] {
  const log = join(folder, 'calls')
  const leaves = installs ? `case "$*" in *install*) cp ${programs}/apt-get ${programs}/chromium ;; esac` : 'echo "E: Unable to locate package chromium"; exit 100'
  program('apt-get', `echo "apt-get $* $DEBIAN_FRONTEND" >> ${log}\n${leaves}`)
  program('sudo', `echo "sudo $*" >> ${log}\nshift\nexec "$@"`)
  return () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
}

function release(id: string): string {
  const file = join(folder, `os-release-${id}`)
  writeFileSync(file, `PRETTY_NAME="A system"\nID=${id}\n`)
  return file
}

describe('installing it', () => {
  const machine = (system: string, isRoot = true) => ({ env: bare(), platform: 'aix', osRelease: release(system), isRoot })
  beforeEach(() => symlinkSync('/bin/cp', join(programs, 'cp')))

  test('on Debian as root, by apt-get, with a font that has Chinese', async () => {
    const calls = withApt()
    expect(await obtainChromium(folder, machine('debian'))).toBe(join(programs, 'chromium'))
    const [update, install] = calls()
    expect(update).toMatch(/^apt-get -q .* update noninteractive$/)
    expect(install).toMatch(/ install -y --no-install-recommends chromium fonts-noto-cjk noninteractive$/)
  })

  test('as somebody else by sudo, which may not ask', async () => {
    const calls = withApt()
    expect(await obtainChromium(folder, machine('debian', false))).toBe(join(programs, 'chromium'))
    expect(calls()[0]).toMatch(/^sudo -n apt-get /)
  })

  test('not elsewhere, and not when it cannot be had', async () => {
    const calls = withApt(false)
    expect(await obtainChromium(folder, machine('ubuntu'))).toBeUndefined()
    expect(await obtainChromium(folder, { ...machine('debian'), osRelease: join(folder, 'none') })).toBeUndefined()
    expect(calls()).toEqual([])
    expect(await obtainChromium(folder, machine('debian'))).toBeUndefined()
    expect(calls()).toHaveLength(2)
  })

  test('not again where it is', async () => {
    const calls = withApt()
    const file = program('google-chrome')
    expect(await obtainChromium(folder, machine('debian'))).toBe(file)
    expect(calls()).toEqual([])
  })
})
