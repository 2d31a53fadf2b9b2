/** Is there a cross-encoder in the folder the operator names? Looked at once, at the start; never fetched. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'

/** A folder that holds a cross-encoder with one score, in the layout of transformers.js. */
export interface RerankerFiles {
  readonly folder: string
  /** Of the folder. */
  readonly name: string
  readonly weights: (typeof WEIGHTS)[number]
  /** The weights stand in a file of their own beside the graph. */
  readonly hasExternalData: boolean
  /** Tokens of question and passage together, marks included. */
  readonly maxTokens: number
}

const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const
/** The first that is there is used: a quarter of the size, and faster on a CPU. */
const WEIGHTS = ['onnx/model_quantized.onnx', 'onnx/model.onnx'] as const
/** Longer passages cost more than they tell. */
const MOST_TOKENS = 512
/** RoBERTa counts positions from behind its padding. */
const POSITIONS_UNUSED = 2

/** What config.json must tell. */
const ModelConfig = z.object({
  architectures: z.array(z.string()).default([]),
  model_type: z.string().default(''),
  num_labels: z.number().optional(),
  id2label: z.record(z.string(), z.unknown()).optional(),
  max_position_embeddings: z.number().int().min(16).optional(),
})
type ModelConfig = z.infer<typeof ModelConfig>

const TokenizerConfig = z.object({ model_max_length: z.number().min(16).optional() })

/** What to do, the same for every fault. */
const NEXT =
  '请放入 transformers.js 格式的模型，例如 huggingface-cli download Xenova/bge-reranker-base --include ' +
  '"*.json" "onnx/model_quantized.onnx" --local-dir bge-reranker-base；不用重排请取消 TIAOWEN_RERANKER_DIR。' +
  'Download such a model into the folder, or unset TIAOWEN_RERANKER_DIR to do without.'

/**
 * @throws PolicyError `model-missing` for what is not there, `model-corrupt` for a JSON file that cannot be read,
 * `config-invalid` for a model of another kind; each names what, where and the next step.
 */
export function findReranker(folder: string): RerankerFiles {
  if (!isFolder(folder)) refuse('model-missing', `没有文件夹 ${folder} no such folder`)
  const weights = WEIGHTS.find((file) => existsSync(join(folder, file)))
  const missing = NEEDED.filter((file) => !existsSync(join(folder, file)))
  const lacking = [...missing, ...(weights === undefined ? [WEIGHTS.join(' 或 or ')] : [])]
  if (weights === undefined || lacking.length > 0) {
    return refuse('model-missing', `${folder} 中缺少 lacks ${lacking.join('、')}`)
  }
  const config = jsonIn(folder, 'config.json', ModelConfig)
  checkKind(folder, config)
  const tokenizer = jsonIn(folder, 'tokenizer_config.json', TokenizerConfig)
  return {
    folder,
    name: basename(folder),
    weights,
    hasExternalData: existsSync(join(folder, `${weights}_data`)),
    maxTokens: Math.floor(Math.min(MOST_TOKENS, tokenizer.model_max_length ?? MOST_TOKENS, positionsOf(config))),
  }
}

function checkKind(folder: string, config: ModelConfig): void {
  const [architecture = '未写明 not stated'] = config.architectures
  if (!architecture.endsWith('ForSequenceClassification')) {
    const kind = `architectures 是 ${architecture}，不是 is not …ForSequenceClassification`
    refuse('config-invalid', `${folder} 中不是重排模型 no reranker: config.json 的 ${kind}`)
  }
  const labels = config.num_labels ?? (config.id2label && Object.keys(config.id2label).length)
  if (labels !== 1) {
    const count = labels === undefined ? '未写明有几个分值' : `有 ${labels} 个分值`
    refuse('config-invalid', `${folder} 中不是重排模型 no reranker: config.json ${count}，须为 1 个 must have one label`)
  }
}

function positionsOf({ max_position_embeddings: positions = MOST_TOKENS, model_type: type }: ModelConfig): number {
  return /roberta|camembert/.test(type) ? positions - POSITIONS_UNUSED : positions
}

function jsonIn<T>(folder: string, file: string, shape: z.ZodType<T>): T {
  const path = join(folder, file)
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : String(cause)
    return refuse('model-corrupt', `${path} 无法读取 cannot be read: ${why}`, cause)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

function refuse(code: 'model-missing' | 'model-corrupt' | 'config-invalid', what: string, cause?: unknown): never {
  const options = cause === undefined ? {} : { cause }
  throw new PolicyError(code, `重排模型不可用 TIAOWEN_RERANKER_DIR: ${what}。${NEXT}`, options)
}
