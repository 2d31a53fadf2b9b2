/** What can be seen of a configuration before the start, and the command that tells it. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkConfig } from '../src/check-config.ts'
import { readConfig } from '../src/config.ts'
import { home, put } from './configuration/make.ts'

const CANARY = 'canary0123456789canary0123456789'
const SOUND = {
  TIAOWEN_CONFIG: 'off',
  TIAOWEN_SEEDS: 'off',
  TIAOWEN_PORT: '0',
  TIAOWEN_MODEL_DIR: 'off',
  TIAOWEN_DATA_FOLDER: join(home, 'data', 'of', 'tiaowen'),
  TIAOWEN_INDEX_FOLDER: join(home, 'index'),
}

const check = async (environment: Record<string, string>) =>
  (await checkConfig(readConfig({ ...SOUND, ...environment }))).map(({ level, message }) => `${level}: ${message.replaceAll(`${home}/`, '')}`)

const taken = createServer()
beforeAll(() => new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening)))
afterAll(() => taken.close())

describe('before the start', () => {
  test('folders that are not there yet are made by the program; nothing is amiss', async () => {
    expect(await check({})).toEqual([])
  })

  test.each<[what: string, environment: () => Record<string, string>, findings: readonly string[]]>([
    ['a folder that is not there', () => ({ TIAOWEN_FOLDERS: join(home, '制度') }), ['error: 文件夹 制度 不存在或不是文件夹。请建立它，或改正设置。The folder does not exist.']],
    ['a file for a folder', () => ({ TIAOWEN_DATA_FOLDER: join(put('file', ''), 'data') }), ['error: file 不是文件夹，file/data 无法使用。请改正设置。It is not a folder.']],
    ['a chat platform by half', () => ({ TIAOWEN_SLACK_BOT_TOKEN: 'xoxb-1' }), ['warning: 没有设置 TIAOWEN_SLACK_APP_TOKEN 或 TIAOWEN_SLACK_SIGNING_SECRET，取得的步骤见 docs/slack.md。']],
    ['a key in the clear', () => ({ TIAOWEN_LLM_URL: 'http://llm.example.cn/v1', TIAOWEN_LLM_MODEL: 'm', TIAOWEN_LLM_KEY: CANARY }), ['warning: 语言模型的密钥和问题经 http 明文发送。接口支持时请改用 https。TIAOWEN_LLM_URL is not https: its key goes in the clear.']],
    ['a key to this machine', () => ({ TIAOWEN_LLM_URL: 'http://[::1]:8000/v1', TIAOWEN_LLM_MODEL: 'm', TIAOWEN_LLM_KEY: CANARY }), []],
    ['a search cluster that does not answer', () => ({ TIAOWEN_SEARCH_URL: 'http://127.0.0.1:9' }), ['warning: 检索集群没有应答（http://127.0.0.1:9）：fetch failed。请查看集群各节点是否在运行；恢复后即可继续，无须重启。']],
    ['an address of elsewhere', () => ({ TIAOWEN_HOST: '192.0.2.1', TIAOWEN_API_KEY: CANARY }), ['error: 192.0.2.1:0 不是这台机器的地址。请改正 TIAOWEN_HOST。The address is not of this machine.']],
  ])('%s is found', async (_, environment, findings) => {
    expect(await check(environment())).toEqual(findings)
  })

  test('a taken port is a warning: it may be the server itself', async () => {
    const { port } = taken.address() as AddressInfo
    expect(await check({ TIAOWEN_PORT: String(port) })).toEqual([
      `warning: 127.0.0.1:${port} 已有程序在监听；如果就是正在运行的条问，不必理会。The port is taken.`,
    ])
  })

  test('folders of models that hold none are errors', async () => {
    mkdirSync(join(home, 'empty'))
    const found = await check({ TIAOWEN_MODEL_DIR: join(home, 'empty'), TIAOWEN_RERANKER_DIR: join(home, 'empty') })
    expect(found.map((finding) => finding.split(' ')[0])).toEqual(['error:', 'error:'])
    expect(found[0]).toContain('TIAOWEN_MODEL_DIR=empty')
  })
})

describe('tiaowen config', () => {
  const run = (argv: readonly string[], environment: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string; err: string }>((ended) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', resolve('src/main.ts'), ...argv], {
        env: { PATH: process.env['PATH'], ...SOUND, ...environment },
      })
      const said = { out: '', err: '' }
      child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
      child.on('close', (code) => ended({ code, ...said }))
    })

  test('check tells every fault and exits 1; a warning is 0', async () => {
    const wrong = put('wrong.yaml', `prot: 1\napiKey: ${CANARY}\nbotDays: 0\n`)
    const { code, out } = await run(['config', 'check', '--config', wrong], { TIAOWEN_PORT: 'x' })
    expect([code, out.split('\n').map((line) => line.split('. ')[0])]).toEqual([
      1,
      [
        `错误 error  ${wrong}:1: prot is no setting of Tiaowen`,
        '错误 error  TIAOWEN_PORT ("x") is not a whole number from 0 to 65535',
        `错误 error  ${wrong}:3: botDays ("0") is not a whole number from 1 to 3650`,
        `设置文件 file ${wrong}：3 处错误 errors，0 处警告 warnings。`,
        '',
      ],
    ])
    const open = put('open.yaml', `apiKey: ${CANARY}\n`, 0o644)
    const warned = await run(['config', 'check'], { TIAOWEN_CONFIG: open })
    expect([warned.code, warned.out.includes('everybody on this machine'), warned.out.includes('0 处错误 errors，1 处警告 warnings')]).toEqual([0, true, true])
    expect(out + warned.out + warned.err).not.toContain('canary')
  })

  test('show masks secrets, and fails where there is nothing in effect', async () => {
    const file = put('shown.yaml', `apiKey: ${CANARY}\n`)
    const shown = await run(['config', 'show', '--config', file])
    expect([shown.code, shown.out.includes(`apiKey: '***' # ${file}:1\n`), shown.out.includes('port: 0 # TIAOWEN_PORT\n')]).toEqual([0, true, true])
    const { code, out, err } = await run(['config', 'show', '--config', file], { TIAOWEN_API_KEY: 'canary' })
    expect([code, out, err]).toEqual([1, '', 'TIAOWEN_API_KEY is shorter than 32 bytes. Make one with: openssl rand -hex 32.（config-invalid）\n'])
    expect(shown.out + shown.err).not.toContain('canary')
  })

  test('example is a file that check finds sound', async () => {
    const { code, out } = await run(['config', 'example'], { TIAOWEN_PORT: 'x' })
    expect([code, (await run(['config', 'check', '--config', put('example.yaml', out)])).code]).toEqual([0, 0])
  })

  test('serve says at the start what was read, without secrets', async () => {
    const file = put('serve.yaml', `apiKey: ${CANARY}\nport: ${(taken.address() as AddressInfo).port}\n`, 0o644)
    const { code, out, err } = await run(['serve'], { TIAOWEN_CONFIG: file, TIAOWEN_PORT: '', TIAOWEN_LOG_FORMAT: 'text' }) // ends: the port is taken
    expect(code).toBe(1)
    expect(err.split('\n').slice(0, 4)).toEqual([
      `设置文件 configuration file: ${file}`,
      `设置 warning: ${file} holds secrets, and everybody on this machine can read it. Run chmod o-rwx on it, and chown to the user of Tiaowen.`,
      `设置 setting port: ${(taken.address() as AddressInfo).port} (${file}:2)`,
      '设置 setting apiKey: ***',
    ])
    expect(out + err).not.toContain('canary')
  })
})
