import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import { describeEmbedder } from '../contracts/embedder.ts'

describeEmbedder('HashingEmbedder', async () => new HashingEmbedder())
