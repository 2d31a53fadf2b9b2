/** The language model that the configuration names, held to its limits, and what the log should say of it. */
import { LimitedModel } from './answering/model-limits.ts'
import type { TokenLedger } from './answering/token-budget.ts'
import { prompts, type Prompts } from './answering/prompts.ts'
import { isLoopback, type LlmConfig } from './config.ts'
import { OpenAiModel } from './langchain/openai-model.ts'

export interface OpenedModel {
  readonly model: LimitedModel
  readonly prompts: Prompts
  /** Lines for the log, at the start. */
  readonly notices: readonly string[]
}

/** Of the time for a whole reply, what the first piece may take. */
const FIRST_PIECE = 1 / 4

/** Nothing is sent yet. `ledger`: where tokens are counted; absent: in memory. @throws PolicyError `config-invalid` where a prompt is not as it should be */
export function openAnswerModel({
  url,
  model,
  key,
  schema,
  timeoutSeconds,
  tokensADay,
  extra,
}: LlmConfig, ledger?: TokenLedger): OpenedModel {
  const inner = new OpenAiModel({ url, model, schema, ...(key !== undefined && { key }), ...(extra && { extra }) })
  const totalMs = timeoutSeconds * 1000
  const limits = { totalMs, firstPieceMs: totalMs * FIRST_PIECE, ...(tokensADay !== undefined && { tokensADay }) }
  return {
    model: new LimitedModel(inner, limits, undefined, ledger),
    prompts: prompts(),
    notices: [`语言模型 language model: ${inner.id}`, ...(isInTheClear(url) ? [IN_THE_CLEAR] : [])],
  }
}

const IN_THE_CLEAR =
  '注意：TIAOWEN_LLM_URL 是另一台机器的 http 地址，问题、文件内容和密钥都不加密地传送，请改用 https。' +
  'Questions, passages and the key go to another machine unencrypted; use https.'

/** Does what is sent leave this machine unencrypted? */
function isInTheClear(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))
}
