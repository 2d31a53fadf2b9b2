/** Fixed words that people in Slack see besides answers. */

export const HOW_TO =
  '请在 /tiaowen 后面写上问题，例如：/tiaowen 城西科创大走廊的规划范围是什么？\n' +
  '也可以在频道里 @我，或给我发私信。回答只引用文件原文，并注明出处；接着在同一话题里追问即可。'

export const RECEIVED = '已收到，正在查找原文……'
export const NOT_TAKEN = '暂时无法接收问题，请稍后再试。'

/** At the head of a message that may stand there already. */
export const MAY_REPEAT = '发送时连接中断，本条可能是重复的。'

/** At the end of the last message that a response_url takes, where the answer goes on. */
export const GOES_ON = '此处能发的条数已满，余下部分已发到与本应用的私信里。'

/** Over what is sent as a direct message although it was asked elsewhere. */
export const CAME_LATE = '这是您用 /tiaowen 所提问题的回答（原处已不能再发）。'

export const THANKS = {
  up: '谢谢，已记下“有用”。',
  down: '谢谢，已记下“没用”。若愿意，请在话题里说说哪里不对。',
  gone: '这条回答已超过保存期限，评价没有记下。',
} as const
