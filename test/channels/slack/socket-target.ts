/** A process over Socket Mode whose gateway drops it, sends frames that are none, and gives no new address. */
import { SocketModeClient } from '@slack/socket-mode'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { APP_TOKEN, BOT_TOKEN, openFakeSlack } from './fake-slack.ts'
import { KeptInbox } from './kept-inbox.ts'

const slack = await openFakeSlack()
const { apiUrl } = slack

const trouble = async () => {
  await slack.untilOpened(1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  slack.next('apps.connections.open', ...Array.from({ length: 50 }, () => ({ status: 500 })))
  slack.drop()
  await new Promise((resolve) => setTimeout(resolve, 500))
}

if (process.argv[2] === 'package') {
  const quick = { slackApiUrl: apiUrl, retryConfig: { retries: 0 } }
  const client = new SocketModeClient({ appToken: APP_TOKEN, clientPingTimeout: 60, clientOptions: quick })
  await client.start()
  await trouble()
} else {
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 20))
  const bot = createSlackBot({ botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl }, { log: () => {}, wait })
  bot.start(new KeptInbox())
  await slack.untilOpened(1)
  for (const frame of ['null', '{"type":"events_api"}', '{']) slack.frame(frame)
  await trouble()
  await bot.stop()
}
await slack.close()
process.stdout.write('still here\n')
