/** What TIAOWEN_RERANKER_DIR must hold, and what is said where it does not. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { PolicyError } from '../../src/errors.ts'
import { findReranker } from '../../src/reranking/reranker-files.ts'
import { writeCrossEncoder, type Made } from './made-cross-encoder.ts'

let folder: string
beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-reranker-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  folder = join(home, 'bge-reranker-base')
})
const write = (made?: Made) => writeCrossEncoder(folder, made)

describe('a folder with a cross-encoder', () => {
  test('is taken, its smaller weights first', () => {
    write({ weights: 'onnx/model.onnx' })
    const files = { folder, name: 'bge-reranker-base', hasExternalData: false, maxTokens: 512 }
    expect(findReranker(folder)).toEqual({ ...files, weights: 'onnx/model.onnx' })
    write()
    expect(findReranker(folder)).toEqual({ ...files, weights: 'onnx/model_quantized.onnx' })
  })

  test('may keep its weights beside the graph', () => {
    write({ weights: 'onnx/model.onnx' })
    writeFileSync(join(folder, 'onnx/model.onnx_data'), '')
    expect(findReranker(folder).hasExternalData).toBe(true)
  })

  test.each([
    ['BERT', { max_position_embeddings: 256 }, 512, 256],
    ['XLM-RoBERTa, whose first two positions are not used', { model_type: 'xlm-roberta', max_position_embeddings: 514 }, 512, 512],
    ['one that could read a book', { model_type: 'xlm-roberta', max_position_embeddings: 8194 }, 8192, 512],
    ['one whose tokenizer reads less', { max_position_embeddings: 512 }, 128, 128],
    ['one whose tokenizer has no limit', { max_position_embeddings: undefined }, 1e30, 512],
  ])('reads as much as it was made for: %s', (_, config, maxTokens, read) => {
    write({ config, maxTokens })
    expect(findReranker(folder).maxTokens).toBe(read)
  })

  test('may say in num_labels that it has one score', () => {
    write({ config: { num_labels: 1, id2label: undefined } })
    expect(findReranker(folder).name).toBe('bge-reranker-base')
  })
})

const NEXT =
  '。请放入 transformers.js 格式的模型，例如 huggingface-cli download Xenova/bge-reranker-base --include ' +
  '"*.json" "onnx/model_quantized.onnx" --local-dir bge-reranker-base；不用重排请取消 TIAOWEN_RERANKER_DIR。' +
  'Download such a model into the folder, or unset TIAOWEN_RERANKER_DIR to do without.'

describe('the start is refused', () => {
  test('without the folder', () => {
    expect(refusal()).toEqual({ code: 'model-missing', message: `没有文件夹 ${folder} no such folder` })
    writeFileSync(folder, 'a file')
    expect(refusal()).toEqual({ code: 'model-missing', message: `没有文件夹 ${folder} no such folder` })
  })

  test('with every file named that is missing', () => {
    mkdirSync(folder)
    const all = 'config.json、tokenizer.json、tokenizer_config.json、onnx/model_quantized.onnx 或 or onnx/model.onnx'
    expect(refusal()).toEqual({ code: 'model-missing', message: `${folder} 中缺少 lacks ${all}` })
    write()
    rmSync(join(folder, 'tokenizer.json'))
    expect(refusal()).toEqual({ code: 'model-missing', message: `${folder} 中缺少 lacks tokenizer.json` })
  })

  test('with the weights beside, not in onnx/, as the training framework leaves them', () => {
    write()
    renameSync(join(folder, 'onnx/model_quantized.onnx'), join(folder, 'model.safetensors'))
    const message = `${folder} 中缺少 lacks onnx/model_quantized.onnx 或 or onnx/model.onnx`
    expect(refusal()).toEqual({ code: 'model-missing', message })
  })

  test('for a config.json that is half there', () => {
    write()
    writeFileSync(join(folder, 'config.json'), '{"architectures":')
    const { code, message } = refusal()
    expect(code).toBe('model-corrupt')
    expect(message).toBe(`${folder}/config.json 无法读取 cannot be read: SyntaxError: Unexpected end of JSON input`)
  })

  test.each([
    [
      'an embedding model',
      { architectures: ['BertModel'] },
      'config.json 的 architectures 是 BertModel，不是 is not …ForSequenceClassification',
    ],
    [
      'a model that does not say what it is',
      { architectures: undefined },
      'config.json 的 architectures 是 未写明 not stated，不是 is not …ForSequenceClassification',
    ],
    [
      'a classifier of moods',
      { id2label: { 0: 'negative', 1: 'neutral', 2: 'positive' } },
      'config.json 有 3 个分值，须为 1 个 must have one label',
    ],
    ['a classifier with two sides', { num_labels: 2 }, 'config.json 有 2 个分值，须为 1 个 must have one label'],
    [
      'a classifier that does not count its labels',
      { id2label: undefined },
      'config.json 未写明有几个分值，须为 1 个 must have one label',
    ],
  ])('for %s', (_, config, why) => {
    write({ config })
    expect(refusal()).toEqual({ code: 'config-invalid', message: `${folder} 中不是重排模型 no reranker: ${why}` })
  })
})

/** The code, and the message between its name and the next step, which are always the same. */
function refusal(): { readonly code: string; readonly message: string } {
  try {
    findReranker(folder)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const start = '重排模型不可用 TIAOWEN_RERANKER_DIR: '
    expect(error.message.startsWith(start)).toBe(true)
    expect(error.message.endsWith(NEXT)).toBe(true)
    return { code: error.code, message: error.message.slice(start.length, -NEXT.length) }
  }
  throw new Error('not refused')
}
