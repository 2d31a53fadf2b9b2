/** The model from the Hugging Face hub, or from the mirror HF_ENDPOINT names, by transformers.js. */

import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers'

const HUB_MODEL = 'Xenova/bge-small-zh-v1.5'

export interface HubSettings {
  /** An empty folder; the model stands in it afterwards. */
  readonly folder: string
  /** HF_ENDPOINT; absent: the hub itself. */
  readonly endpoint?: string | undefined
  /** Until the first answer of the hub, and between two pieces of a file. */
  readonly patienceMs: number
}

/** Downloads the model and loads it once, which shows that it is whole. Throws what the network throws. */
export async function fetchFromHub({ folder, endpoint, patienceMs }: HubSettings): Promise<void> {
  if (endpoint) env.remoteHost = endpoint.endsWith('/') ? endpoint : `${endpoint}/`
  env.allowLocalModels = false
  env.useFSCache = true
  env.cacheDir = join(folder, 'hub')
  env.fetch = patientFetch(patienceMs)
  await AutoTokenizer.from_pretrained(HUB_MODEL)
  const model = await AutoModel.from_pretrained(HUB_MODEL, { dtype: 'q8' })
  await model.dispose()
  renameSync(join(env.cacheDir, HUB_MODEL), join(folder, 'model'))
}

/** A fetch that gives up when nothing arrives for a time; after one such silence it gives up at once. */
function patientFetch(patienceMs: number): typeof fetch {
  const silence = new AbortController()
  const giveUp = (): void => silence.abort(new Error(`${patienceMs / 1000} 秒没有回音 no answer within ${patienceMs / 1000} s`))
  return async (input, init) => {
    silence.signal.throwIfAborted()
    const timer = setTimeout(giveUp, patienceMs)
    try {
      const response = await fetch(input, { ...init, signal: silence.signal })
      timer.refresh()
      if (!response.body) {
        clearTimeout(timer)
        return response
      }
      const watched = response.body.pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(piece, controller) {
            timer.refresh()
            controller.enqueue(piece)
          },
          flush: () => clearTimeout(timer),
        }),
      )
      timer.unref()
      return new Response(watched, response)
    } catch (error) {
      clearTimeout(timer)
      throw error
    }
  }
}
