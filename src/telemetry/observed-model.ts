/** A language model whose requests are counted, timed and traced, by the conventions of OpenTelemetry for them; no word of them. */
import { ModelTrouble, type AnswerModel, type ModelRequest, type ModelUsage } from '../answering/answer-model.ts'
import type { Observers } from './observed-assistant.ts'

export function observedModel(inner: AnswerModel, observers: Observers): AnswerModel {
  return {
    id: inner.id,
    get hasSchema() {
      return inner.hasSchema
    },
    write: (request, signal) => written(inner, observers, request, signal),
  }
}

async function* written(
  inner: AnswerModel,
  { metrics, tracing }: Observers,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<string, ModelUsage | undefined> {
  const [model = inner.id, address] = inner.id.split(' @ ')
  const span = tracing?.begin(`chat ${model}`, {
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.request.max_tokens': request.maxTokens,
      ...(address !== undefined && { 'server.address': address }),
    },
  })
  const began = performance.now()
  let outcome = 'stopped' // unless it comes to another end: who stops reading stops it
  let usage: ModelUsage | undefined
  try {
    usage = yield* inner.write(request, signal)
    outcome = 'done'
    return usage
  } catch (error) {
    if (!signal.aborted) outcome = error instanceof ModelTrouble ? error.kind : 'malformed'
    throw error
  } finally {
    metrics?.modelAsked(outcome, (performance.now() - began) / 1000, usage)
    const isTrouble = outcome !== 'done' && outcome !== 'stopped'
    const tokens = usage && { 'gen_ai.usage.input_tokens': usage.inputTokens, 'gen_ai.usage.output_tokens': usage.outputTokens }
    span?.end({ ...tokens }, isTrouble ? outcome : undefined)
  }
}
