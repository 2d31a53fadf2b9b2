import { existsSync } from 'node:fs'
import { describe, test } from 'vitest'
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts'
import { describeEmbedder } from '../contracts/embedder.ts'

const modelFolder = process.env['TIAOWEN_MODEL_DIR'] ?? 'models/bge-small-zh-v1.5'

if (existsSync(`${modelFolder}/onnx/model_quantized.onnx`)) {
  describeEmbedder('TransformersEmbedder', async () => new TransformersEmbedder({ modelFolder, modelSha256: '0'.repeat(64) }))
} else {
  describe('TransformersEmbedder', () => test.skip('WITHOUT MODEL', () => {}))
}
