/**
 * A cross-encoder small enough to be made by the tests, and a true one: a tokenizer of pairs and an ONNX graph that
 * reads question and passage together. Its score is the number of the question's characters that the passage holds.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onnxFile, type Graph, type Operation } from './onnx-file.ts'

const MARKS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
/** Every character of its own: Chinese ones, digits and small letters. */
const CHARACTERS = [
  ...Array.from({ length: 0x9fa6 - 0x4e00 }, (_, at) => String.fromCharCode(0x4e00 + at)),
  ...'0123456789abcdefghijklmnopqrstuvwxyz',
]

export interface Made {
  /** Products of matrices that change nothing but the time it takes: 0. */
  readonly slowness?: number
  /** Fields of config.json that are otherwise; undefined leaves one out. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Default: onnx/model_quantized.onnx. */
  readonly weights?: string
  readonly maxTokens?: number
}

/** Writes the model into a folder, which is made. @returns the folder */
export function writeCrossEncoder(folder: string, { slowness = 0, config, weights, maxTokens = 512 }: Made = {}): string {
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  const write = (file: string, content: unknown) => writeFileSync(join(folder, file), JSON.stringify(content))
  write('config.json', {
    architectures: ['BertForSequenceClassification'],
    model_type: 'bert',
    id2label: { 0: 'LABEL_0' },
    max_position_embeddings: 512,
    ...config,
  })
  write('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    model_max_length: maxTokens,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  })
  write('tokenizer.json', TOKENIZER)
  writeFileSync(join(folder, weights ?? 'onnx/model_quantized.onnx'), onnxFile(graph(slowness)))
  return folder
}

const piece = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } })
const part = (id: string, type: number) => ({ Sequence: { id, type_id: type } })
const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: MARKS.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Replace', pattern: { String: '㍿' }, content: '株式会社' },
      { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    ],
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [piece('[CLS]', 0), part('A', 0), piece('[SEP]', 0)],
    pair: [piece('[CLS]', 0), part('A', 0), piece('[SEP]', 0), part('B', 1), piece('[SEP]', 1)],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries([...MARKS, ...CHARACTERS].map((token, id) => [token, id])),
  },
}

/** `asked` and `told`: characters, not marks, of the question and of the passage. */
function graph(slowness: number): Graph {
  const to = (output: string, type: string, inputs: readonly string[], attributes = {}): Operation => ({
    type,
    inputs,
    output,
    attributes,
  })
  const slow = Array.from({ length: slowness }, (_, at) =>
    to(`wasted${at + 1}`, 'MatMul', [`wasted${at}`, `wasted${at}`]),
  )
  return {
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({
      name,
      type: 'int64',
      dimensions: ['batch', 'tokens'],
    })),
    constants: { zero: [0], one: [1], two: [2], lastMark: [MARKS.length - 1] },
    operations: [
      to('isWord', 'Greater', ['input_ids', 'lastMark']),
      to('isThere', 'Equal', ['attention_mask', 'one']),
      to('counts', 'And', ['isWord', 'isThere']),
      to('isFirst', 'Equal', ['token_type_ids', 'zero']),
      to('isSecond', 'Equal', ['token_type_ids', 'one']),
      to('asked', 'And', ['counts', 'isFirst']),
      to('told', 'And', ['counts', 'isSecond']),
      to('rows', 'Unsqueeze', ['input_ids', 'two']),
      to('columns', 'Unsqueeze', ['input_ids', 'one']),
      to('same', 'Equal', ['rows', 'columns']),
      to('toldColumns', 'Unsqueeze', ['told', 'one']),
      to('held', 'And', ['same', 'toldColumns']),
      to('heldNumbers', 'Cast', ['held'], { to: 1 }),
      to('isHeld', 'ReduceMax', ['heldNumbers'], { axes: [2], keepdims: 0 }),
      to('askedNumbers', 'Cast', ['asked'], { to: 1 }),
      to('hits', 'Mul', ['isHeld', 'askedNumbers']),
      to('sum', 'ReduceSum', ['hits', 'one'], { keepdims: 1 }),
      to('wasted0', 'Sub', ['heldNumbers', 'heldNumbers']),
      ...slow,
      to('wastedRow', 'ReduceSum', [`wasted${slowness}`, 'two'], { keepdims: 0 }),
      to('nothing', 'ReduceSum', ['wastedRow', 'one'], { keepdims: 1 }),
      to('logits', 'Add', ['sum', 'nothing']),
    ],
    output: { name: 'logits', type: 'float', dimensions: ['batch', 1] },
  }
}
