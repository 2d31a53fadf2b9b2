/** docs/dingtalk.md says what the program does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BOT_VARIABLES, DINGTALK_API } from '../../../src/bot-config.ts'
import { createDingTalkBot } from '../../../src/channels/dingtalk/dingtalk-bot.ts'

const guide = readFileSync(new URL('../../../docs/dingtalk.md', import.meta.url), 'utf8')

test('it names the settings that there are', () => {
  const whole = guide.replace(/`(TIAOWEN_\w+_)CLIENT_ID`, `…_CLIENT_SECRET`/, '$1CLIENT_ID $1CLIENT_SECRET').replace(/`…_GROUP_SECRET`/, 'TIAOWEN_DINGTALK_GROUP_SECRET')
  const named = new Set(whole.match(/TIAOWEN_(?:DINGTALK|BOT|PUBLIC)_\w+/g))
  const there = Object.keys(BOT_VARIABLES).filter((name) => /^TIAOWEN_(?:DINGTALK|BOT|PUBLIC)_/.test(name))
  expect([...named].sort()).toEqual(there.sort())
})

test('the path it tells a proxy to open is the one that answers, and as long a body', () => {
  const config = { clientId: 'a', clientSecret: 'b', mode: 'http', robotCode: 'a', windowSeconds: 300, apiUrl: DINGTALK_API } as const
  const [webhook] = createDingTalkBot(config, { log: () => {} }).webhooks
  expect(guide).toContain(`location = ${webhook!.path} {`)
  expect(guide).toContain(`client_max_body_size ${webhook!.mostBytes / 1024}k;`)
})
