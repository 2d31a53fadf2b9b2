/** The model from Maven: a jar of langchain4j holds it, and Maven mirrors are often reachable where the hub is not. */

import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJar } from './jar-file.ts'

const ARTIFACT = 'dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15-q:1.11.0-beta19'

/** The jar has the weights and the tokenizer only; transformers.js asks for these too. */
const CONFIG = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  intermediate_size: 2048,
  vocab_size: 21128,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
}
const TOKENIZER_CONFIG = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  model_max_length: 512,
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  mask_token: '[MASK]',
}

export interface MavenSettings {
  /** An empty folder; the model stands in its `model` afterwards. */
  readonly folder: string
  readonly timeoutMs: number
}

/** Throws a plain sentence: no Maven, no network, a damaged jar. */
export async function fetchFromMaven({ folder, timeoutMs }: MavenSettings): Promise<void> {
  await runMaven(folder, timeoutMs)
  const jar = readdirSync(folder).find((file) => file.endsWith('.jar'))
  if (!jar) throw new Error('Maven 没有放下 jar 文件 Maven left no jar')
  unpackModel(readFileSync(join(folder, jar)), join(folder, 'model'))
}

/** Writes the model of the jar into a folder, in the layout of transformers.js. */
export function unpackModel(jar: Buffer, folder: string): void {
  const files = readJar(jar, (name) => name.endsWith('.onnx') || name.endsWith('tokenizer.json'))
  const contentOf = (ending: string): Buffer => {
    const found = [...files].find(([name]) => name.endsWith(ending))
    if (!found) throw new Error(`jar 里没有 the jar holds no file ending in ${ending}`)
    return found[1]
  }
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx', 'model_quantized.onnx'), contentOf('.onnx'))
  writeFileSync(join(folder, 'tokenizer.json'), contentOf('tokenizer.json'))
  writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(TOKENIZER_CONFIG))
}

/** `mvn dependency:copy` into the folder. It runs there, so that no other project's pom.xml is read. */
function runMaven(folder: string, timeoutMs: number): Promise<void> {
  const windows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    const maven = spawn('mvn', ['-B', 'dependency:copy', `-Dartifact=${ARTIFACT}`, '-DoutputDirectory=.'], {
      cwd: folder,
      shell: windows,
      detached: !windows,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (piece: Buffer): void => {
      output = (output + piece.toString()).slice(-20_000)
    }
    maven.stdout.on('data', keep)
    maven.stderr.on('data', keep)
    const stop = (): void => {
      if (maven.pid !== undefined && maven.exitCode === null) windows ? maven.kill() : process.kill(-maven.pid, 'SIGTERM')
    }
    process.once('exit', stop)
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`${timeoutMs / 1000} 秒内没有完成 not done within ${timeoutMs / 1000} s`))
    }, timeoutMs)
    maven.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      process.off('exit', stop)
      reject(error.code === 'ENOENT' ? new Error('没有安装 Maven（mvn）Maven is not installed') : error)
    })
    maven.on('close', (code) => {
      clearTimeout(timer)
      process.off('exit', stop)
      if (code === 0) resolve()
      else reject(new Error(firstErrorOf(output) ?? `mvn 退出码 exit code ${code}`))
    })
  })
}

/** Maven's first line of error, which says what is wrong; the rest is about Maven. */
const firstErrorOf = (output: string): string | undefined =>
  output.split('\n').find((line) => line.startsWith('[ERROR]'))?.slice('[ERROR]'.length).trim().slice(0, 300)
