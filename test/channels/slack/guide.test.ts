/** docs/slack.md says what the program does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { BOT_VARIABLES } from '../../../src/bot-config.ts'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { FakeSlack } from './fake-slack.ts'

const guide = readFileSync(new URL('../../../docs/slack.md', import.meta.url), 'utf8')
const [socketMode = '', http = ''] = [...guide.matchAll(/^( *)```yaml\n([\s\S]*?)^\1```/gm)].map(([, , yaml]) => yaml)

interface Manifest {
  readonly features: { readonly slash_commands: readonly { readonly command: string; readonly url?: string }[] }
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } }
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: readonly string[]; readonly request_url?: string }
    readonly interactivity: { readonly request_url?: string }
    readonly socket_mode_enabled: boolean
  }
}

test('the manifest asks for what doctor asks for, and no more', async () => {
  const { features, oauth_config, settings } = parse(socketMode) as Manifest
  const slack = await new FakeSlack({ scopes: oauth_config.scopes.bot }).listen()
  const bot = createSlackBot(
    { botToken: 'xoxb-fake-0001-bot-token', appToken: 'xapp-fake-0001-app-token', apiUrl: slack.apiUrl },
    { log: () => {} },
  )
  const findings = await bot.examine()
  await slack.close()
  expect(findings.map(({ isRight }) => isRight)).toEqual(findings.map(() => true))
  expect(oauth_config.scopes.bot).toHaveLength(4)
  expect(settings.event_subscriptions.bot_events).toEqual(['app_mention', 'message.im'])
  expect(settings.socket_mode_enabled).toBe(true)
  expect(features.slash_commands.map(({ command }) => command)).toEqual(['/tiaowen'])
})

test('over HTTP its addresses are those that answer', () => {
  const { features, settings } = parse(http) as Manifest
  const { webhooks } = createSlackBot(
    { botToken: 'xoxb-1', signingSecret: 'x', apiUrl: 'http://127.0.0.1/api/' },
    { log: () => {} },
  )
  const named = [
    settings.event_subscriptions.request_url,
    features.slash_commands[0]?.url,
    settings.interactivity.request_url,
  ]
  expect(named.map((url) => new URL(url ?? '').pathname)).toEqual(webhooks.map(({ path }) => path))
})

test('it names the settings that there are', () => {
  const named = new Set(guide.match(/TIAOWEN_(?:SLACK|BOT|PUBLIC)_\w+/g))
  const there = Object.keys(BOT_VARIABLES).filter((name) => /^TIAOWEN_(?:SLACK|BOT|PUBLIC)_/.test(name))
  expect([...named].sort()).toEqual(there.sort())
})
