/** The chat platforms there are: each is loaded only where it is configured. */
import type { BotsConfig } from '../bot-config.ts'
import type { Bot } from './bots/bot.ts'
import type { GroupRobot } from './dingtalk/group-robot.ts'

type Opening = (config: BotsConfig, options: { readonly log: (message: string) => void }) => Promise<Bot | undefined>

const PLATFORMS: readonly Opening[] = [
  async ({ slack }, options) => slack && (await import('./slack/slack-bot.ts')).createSlackBot(slack, options),
  async ({ dingTalk }, options) =>
    dingTalk && (await import('./dingtalk/dingtalk-bot.ts')).createDingTalkBot(dingTalk, options),
]

/** Those whose configuration is whole. */
export async function platformsOf(...given: Parameters<Opening>): Promise<readonly Bot[]> {
  const opened = await Promise.all(PLATFORMS.map((open) => open(...given)))
  return opened.filter((bot) => bot !== undefined)
}

/** 钉钉自定义群机器人, where one is configured. */
export async function groupRobotOf({ dingTalkGroup, dingTalk }: BotsConfig): Promise<GroupRobot | undefined> {
  if (!dingTalkGroup) return undefined
  const { createGroupRobot } = await import('./dingtalk/group-robot.ts')
  return createGroupRobot(dingTalkGroup, dingTalk ? { apiUrl: dingTalk.apiUrl } : {})
}
