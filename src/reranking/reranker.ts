/** The seam between a question with the passages found for it and how well each answers it. */

/** Scores pairs of question and passage by reading both at once: slower than vectors, and closer to the words. */
export interface Reranker {
  /** The folder of the model, e.g. `bge-reranker-base`. */
  readonly name: string
  /** At most so many passages of a question are scored. */
  readonly most: number
  /**
   * One score a passage, in their order; higher is better, comparable for one question only. Never takes longer than
   * the limit it was made with. Rejects with RerankerTrouble, or with the reason of the signal where that was aborted.
   */
  scores(question: string, passages: readonly string[], signal: AbortSignal): Promise<readonly number[]>
  /** Loads the model ahead of the first question, which does so itself where nobody did. */
  warm(): void
  state(): RerankerState
  /** Ends what runs in the background. Unfinished calls are rejected. May be called twice. */
  close(): Promise<void>
}

/** For /readyz and `tiaowen doctor`. */
export interface RerankerState {
  readonly name: string
  /** The file of weights that is used, e.g. `onnx/model_quantized.onnx`. */
  readonly weights: string
  /** idle: not loaded yet, nobody has asked; resting: left alone for a while after it was too slow; failed: until the program is started anew. */
  readonly state: 'idle' | 'loading' | 'ready' | 'resting' | 'failed'
  /** A plain sentence: why it rests or failed, or what went wrong last. */
  readonly trouble?: string
}

/** Why passages keep the order they were found in; `message` is a plain sentence for the asker. */
export class RerankerTrouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RerankerTrouble'
  }
}
