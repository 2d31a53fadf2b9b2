/** The variables of the chat platforms, and what they say. Read by config.ts alone. */
import { z } from 'zod'
import { FORMS } from './configuration/forms.ts'

/** Slack 工作区. */
export interface SlackConfig {
  readonly botToken: string
  /** Of events that come over HTTP. */
  readonly signingSecret?: string
  /** Of events that come over a socket we open (Socket Mode); used rather than HTTP where both are set. */
  readonly appToken?: string
  /** With a slash at its end, e.g. `https://slack.com/api/`. */
  readonly apiUrl: string
}

/** 钉钉企业内部应用的机器人. */
export interface DingTalkConfig {
  /** Also known as AppKey. */
  readonly clientId: string
  /** Also known as AppSecret. */
  readonly clientSecret: string
  /** stream: over a socket we open; http: DingTalk calls us. */
  readonly mode: 'stream' | 'http'
  /** Defaults to the client id, as DingTalk does for robots of an application. */
  readonly robotCode: string
  /** http: how old a signature may be, in either direction. */
  readonly windowSeconds: number
  /** http: addresses that may call; absent: any. */
  readonly addresses?: readonly string[]
  /** Without a slash at its end. */
  readonly apiUrl: string
}

/** 钉钉自定义群机器人: messages go out, none come in. */
export interface DingTalkGroupConfig {
  /** Holds its access token. */
  readonly webhook: string
  /** Of the signature 加签; absent where the robot is guarded by keywords or addresses. */
  readonly secret?: string
}

export interface BotsConfig {
  /** Where people reach the pages, without a slash at its end; absent: answers carry no links. */
  readonly publicUrl?: string
  /** Days for which questions and answers of the platforms are kept. */
  readonly days: number
  readonly slack?: SlackConfig
  readonly dingTalk?: DingTalkConfig
  readonly dingTalkGroup?: DingTalkGroupConfig
  /** Ids of the keys the platforms act as; of one that has none: whoever was given no collection. */
  readonly identities: Readonly<Partial<Record<BotName, string>>>
  /** Channels that are off since something is missing, each with a plain sentence. */
  readonly off: Readonly<Partial<Record<BotName, string>>>
}

export type BotName = 'slack' | 'dingtalk'

export const DINGTALK_API = 'https://api.dingtalk.com'
export const SLACK_API = 'https://slack.com/api/'

const secret = z.string().regex(/^[\x21-\x7e]{1,4096}$/, { error: 'holds more than printable ASCII without spaces' })
const starting = (prefix: string) =>
  secret.refine((token) => token.startsWith(prefix), { error: `does not begin with ${prefix}` })
const address = z
  .url({ protocol: /^https?$/, error: 'is not an http or https address', abort: true })
  .refine((text) => !/[?#]/.test(text) && !/^[a-z]+:\/\/[^/]*@/i.test(text), {
    error: 'holds a user, a query or a fragment',
  })
const number = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, { error: `is not a whole number from ${from} to ${to}`, abort: true })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error: `is not a whole number from ${from} to ${to}` })

/** Of a key, as `tiaowen key list` shows it. */
export const keyId = z.string().regex(/^[A-Za-z0-9_-]{8}$/, { error: 'is not the id of a key, of 8 characters' })

export const BOT_VARIABLES = {
  TIAOWEN_PUBLIC_URL: address.transform((text) => text.replace(/\/+$/, '')).optional(),
  TIAOWEN_BOT_DAYS: number(1, 3650).default(30),
  TIAOWEN_SLACK_IDENTITY: keyId.optional(),
  TIAOWEN_DINGTALK_IDENTITY: keyId.optional(),
  TIAOWEN_SLACK_BOT_TOKEN: starting('xoxb-').optional(),
  TIAOWEN_SLACK_SIGNING_SECRET: secret.optional(),
  TIAOWEN_SLACK_APP_TOKEN: starting('xapp-').optional(),
  TIAOWEN_SLACK_API_URL: address.transform((text) => `${text.replace(/\/+$/, '')}/`).default(SLACK_API),
  TIAOWEN_DINGTALK_CLIENT_ID: secret.optional(),
  TIAOWEN_DINGTALK_CLIENT_SECRET: secret.optional(),
  TIAOWEN_DINGTALK_MODE: z.enum(['stream', 'http'], { error: 'is neither stream nor http' }).default('stream'),
  TIAOWEN_DINGTALK_ROBOT_CODE: secret.optional(),
  TIAOWEN_DINGTALK_WINDOW_SECONDS: number(10, 3600).default(300),
  TIAOWEN_DINGTALK_ADDRESSES: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim()).filter((one) => one !== ''))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6()], { error: 'is not a list of IP addresses separated by commas' })))
    .register(FORMS, { separator: ',' })
    .optional(),
  TIAOWEN_DINGTALK_API_URL: address.transform((text) => text.replace(/\/+$/, '')).default(DINGTALK_API),
  TIAOWEN_DINGTALK_GROUP_WEBHOOK: z.url({ protocol: /^https?$/, error: 'is not an http or https address' }).optional(),
  TIAOWEN_DINGTALK_GROUP_SECRET: secret.optional(),
} as const

const Variables = z.object(BOT_VARIABLES)

/** What to do about a variable that is refused. */
export const BOT_NEXT_STEPS: Readonly<Record<keyof typeof BOT_VARIABLES, string>> = {
  TIAOWEN_PUBLIC_URL: 'Name the address people open in their browser, e.g. https://tiaowen.example.cn, or unset it',
  TIAOWEN_BOT_DAYS: 'Name the days, or unset it',
  TIAOWEN_SLACK_IDENTITY: 'Name the id of the key that Slack acts as, or unset it',
  TIAOWEN_DINGTALK_IDENTITY: 'Name the id of the key that DingTalk acts as, or unset it',
  TIAOWEN_SLACK_BOT_TOKEN: 'Copy the Bot User OAuth Token of the app (OAuth & Permissions)',
  TIAOWEN_SLACK_SIGNING_SECRET: 'Copy the Signing Secret of the app (Basic Information)',
  TIAOWEN_SLACK_APP_TOKEN: 'Make an App-Level Token with connections:write (Basic Information)',
  TIAOWEN_SLACK_API_URL: `Unset it; only GovSlack has another address than ${SLACK_API}`,
  TIAOWEN_DINGTALK_CLIENT_ID: 'Copy the Client ID of the application (凭证与基础信息)',
  TIAOWEN_DINGTALK_CLIENT_SECRET: 'Copy the Client Secret of the application (凭证与基础信息)',
  TIAOWEN_DINGTALK_MODE: 'Set it to http where DingTalk can reach this machine, or unset it',
  TIAOWEN_DINGTALK_ROBOT_CODE: 'Copy the RobotCode of the robot, or unset it where it is the Client ID',
  TIAOWEN_DINGTALK_WINDOW_SECONDS: 'Name the seconds, or unset it',
  TIAOWEN_DINGTALK_ADDRESSES: 'Name the addresses that may call, or unset it',
  TIAOWEN_DINGTALK_API_URL: `Unset it; only a DingTalk of one's own (专有钉钉) has another address than ${DINGTALK_API}`,
  TIAOWEN_DINGTALK_GROUP_WEBHOOK: 'Copy the Webhook of the group robot',
  TIAOWEN_DINGTALK_GROUP_SECRET: 'Copy the secret of the group robot (加签), or unset it',
}

/** Whose value is never shown. */
export const BOT_SECRETS: readonly string[] = [
  'TIAOWEN_SLACK_BOT_TOKEN',
  'TIAOWEN_SLACK_SIGNING_SECRET',
  'TIAOWEN_SLACK_APP_TOKEN',
  'TIAOWEN_DINGTALK_CLIENT_SECRET',
  'TIAOWEN_DINGTALK_GROUP_WEBHOOK',
  'TIAOWEN_DINGTALK_GROUP_SECRET',
]

export function botsOf(given: z.infer<typeof Variables>): BotsConfig {
  const { TIAOWEN_PUBLIC_URL: publicUrl, TIAOWEN_BOT_DAYS: days } = given
  const [slack, dingTalk] = [slackOf(given), dingTalkOf(given)]
  const { TIAOWEN_DINGTALK_GROUP_WEBHOOK: webhook, TIAOWEN_DINGTALK_GROUP_SECRET: groupSecret } = given
  return {
    ...(publicUrl !== undefined && { publicUrl }),
    days,
    identities: {
      ...(given.TIAOWEN_SLACK_IDENTITY !== undefined && { slack: given.TIAOWEN_SLACK_IDENTITY }),
      ...(given.TIAOWEN_DINGTALK_IDENTITY !== undefined && { dingtalk: given.TIAOWEN_DINGTALK_IDENTITY }),
    },
    ...(typeof slack === 'object' && { slack }),
    ...(typeof dingTalk === 'object' && { dingTalk }),
    ...(webhook !== undefined && {
      dingTalkGroup: { webhook, ...(groupSecret !== undefined && { secret: groupSecret }) },
    }),
    off: {
      ...(typeof slack === 'string' && { slack }),
      ...(typeof dingTalk === 'string' && { dingtalk: dingTalk }),
    },
  }
}

/** Its settings, what is missing, or undefined where nothing of it is set. */
function slackOf(given: z.infer<typeof Variables>): SlackConfig | string | undefined {
  const { TIAOWEN_SLACK_BOT_TOKEN: botToken, TIAOWEN_SLACK_SIGNING_SECRET: signingSecret } = given
  const { TIAOWEN_SLACK_APP_TOKEN: appToken, TIAOWEN_SLACK_API_URL: apiUrl } = given
  if (botToken === undefined && signingSecret === undefined && appToken === undefined) return undefined
  if (botToken === undefined) return missing('slack', 'TIAOWEN_SLACK_BOT_TOKEN')
  if (signingSecret === undefined && appToken === undefined) {
    return missing('slack', 'TIAOWEN_SLACK_APP_TOKEN', 'TIAOWEN_SLACK_SIGNING_SECRET')
  }
  return {
    botToken,
    ...(signingSecret !== undefined && { signingSecret }),
    ...(appToken !== undefined && { appToken }),
    apiUrl,
  }
}

function dingTalkOf(given: z.infer<typeof Variables>): DingTalkConfig | string | undefined {
  const { TIAOWEN_DINGTALK_CLIENT_ID: clientId, TIAOWEN_DINGTALK_CLIENT_SECRET: clientSecret } = given
  const { TIAOWEN_DINGTALK_ROBOT_CODE: robotCode, TIAOWEN_DINGTALK_ADDRESSES: addresses } = given
  if (clientId === undefined && clientSecret === undefined) return undefined
  if (clientId === undefined) return missing('dingtalk', 'TIAOWEN_DINGTALK_CLIENT_ID')
  if (clientSecret === undefined) return missing('dingtalk', 'TIAOWEN_DINGTALK_CLIENT_SECRET')
  return {
    clientId,
    clientSecret,
    mode: given.TIAOWEN_DINGTALK_MODE,
    robotCode: robotCode ?? clientId,
    windowSeconds: given.TIAOWEN_DINGTALK_WINDOW_SECONDS,
    ...(addresses !== undefined && { addresses }),
    apiUrl: given.TIAOWEN_DINGTALK_API_URL,
  }
}

/** A sentence for doctor, /readyz and the log. */
const missing = (channel: BotName, ...names: readonly (keyof typeof BOT_VARIABLES)[]): string =>
  `没有设置 ${names.join(' 或 ')}，取得的步骤见 docs/${channel}.md。`
