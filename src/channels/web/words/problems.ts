/** What went wrong, in the language of the page: the server's own sentence in Chinese, ours where it has none. */
import { Problem } from '../api/client.ts'
import { currentLanguage } from './language.ts'

const WAYS_ON: Readonly<Record<string, readonly [chinese: string, english: string]>> = {
  offline: ['连不上服务：请检查网络，或确认服务正在运行，然后重试。', 'The server cannot be reached. Check the network, or that it is running, and try again.'],
  'http-413': ['内容太大，服务器不接受。请缩短后重试。', 'That is more than the server takes. Make it shorter and try again.'],
  'http-429': ['请求太频繁，请稍候再试。', 'Too many requests. Wait a moment and try again.'],
  'http-500': ['服务端出错，请稍后重试；问题没有丢失。', 'The server failed. Try again later; the question is not lost.'],
  'http-502': ['服务暂时不可用，请稍后重试。', 'The service is unavailable for now. Try again later.'],
  'http-503': ['服务正忙或正在启动，请稍后重试。', 'The service is busy or starting. Try again later.'],
  'http-504': ['服务没有及时回应，请稍后重试。', 'The service did not respond in time. Try again later.'],
  'cut-off': ['回答没有传完就中断了。可以重试，问题没有丢失。', 'The answer was cut off. Try again; the question is not lost.'],
}

export function problemWords(error: unknown): string {
  const isChinese = currentLanguage() === 'zh'
  if (!(error instanceof Problem)) return isChinese ? '页面出错，请刷新后重试。' : 'The page failed. Reload it and try again.'
  const known = WAYS_ON[error.code]
  const wait = error.retryAfter === undefined || error.isPassing ? '' : isChinese ? `（${error.retryAfter} 秒后可重试）` : ` (in ${error.retryAfter} s)`
  if (known) return known[isChinese ? 0 : 1] + wait
  if (isChinese) return error.message + wait
  return `${error.title} (${error.code}): ${error.message}${wait}`
}
