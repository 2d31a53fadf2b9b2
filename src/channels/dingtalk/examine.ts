/** `tiaowen doctor dingtalk`: whether DingTalk takes the configuration, one line each, with the next step. */
import { DINGTALK_API, type DingTalkConfig } from '../../bot-config.ts'
import type { Finding } from '../bots/bot.ts'
import type { AccessToken } from './access-token.ts'
import { tryStream } from './stream.ts'

const CREDENTIALS = '请到钉钉开发者后台 → 应用 → 凭证与基础信息，重新复制 Client ID 和 Client Secret'
const NETWORK = '请检查本机到钉钉的网络、DNS 和代理'

export async function examineDingTalk(
  config: DingTalkConfig,
  { token, path }: { readonly token: AccessToken; readonly path: string },
): Promise<readonly Finding[]> {
  const credentials = await credentialsOf(config, token)
  const way = config.mode === 'stream' ? await streamOf(config) : [httpOf(config, path)]
  return [credentials, ...way, robotCodeOf(config)]
}

async function credentialsOf({ apiUrl }: DingTalkConfig, token: AccessToken): Promise<Finding> {
  const what = '应用凭证'
  const at = apiUrl === DINGTALK_API ? '' : `（${new URL(apiUrl).origin}）`
  const got = await token.get()
  if ('token' in got) return { isRight: true, what, words: `已取得 access token${at}` }
  const { code } = got.not
  const step = /^(?:token-http-4|invalid)/i.test(code) ? CREDENTIALS : NETWORK
  return { isRight: false, what, words: `没有取得 access token${at}：${code}。${step}` }
}

async function streamOf(config: DingTalkConfig): Promise<readonly Finding[]> {
  const what = 'Stream 连接'
  const code = await tryStream(config)
  if (code === undefined) {
    return [{ isRight: true, what, words: '可以连接。如收不到消息，请确认机器人的消息接收模式是 Stream 模式，并已发布应用' }]
  }
  return [{ isRight: false, what, words: `连接不上：${code}。${stepOf(code)}` }]
}

function stepOf(code: string): string {
  if (code === 'endpoint-refused') return '网关给出的地址不是 wss，没有连接。请检查中间的代理'
  if (/^(?:http-4|invalid|auth)/i.test(code)) return `${CREDENTIALS}，并确认已添加机器人能力、消息接收模式选了 Stream 模式`
  return `${NETWORK}（api.dingtalk.com 和 *.dingtalk.com 的 443 端口，包括 WebSocket）`
}

function httpOf({ windowSeconds, addresses }: DingTalkConfig, path: string): Finding {
  const from = addresses ? `，只接受来自 ${addresses.join('、')} 的调用` : ''
  const words = `消息接收地址填 https://<公网地址>${path}，只有这一个路径需要公开；签名 ${windowSeconds} 秒内有效${from}`
  return { isRight: true, what: 'HTTP 模式', words }
}

/** The API has no way to ask for it without sending something. */
function robotCodeOf({ robotCode, clientId }: DingTalkConfig): Finding {
  const which = robotCode === clientId ? '与 Client ID 相同（钉钉的默认值）' : `是 ${robotCode}`
  const words = `RobotCode ${which}。不发消息无法核对；它只在会话地址过期（约 90 分钟）之后用到`
  return { isRight: true, what: '机器人编码', words }
}
