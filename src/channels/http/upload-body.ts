/** The one file of a multipart request, read with a limit that counts while it reads, a few requests at a time. */
import type { Context } from 'hono'
import { PolicyError } from '../../errors.ts'

export interface SentFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Boundaries and the headers of the part. */
const ENVELOPE_BYTES = 64 * 1024
/** A file is in memory while it is read: so many at a time. */
const AT_ONCE = 4

let busy = 0
const waiting: (() => void)[] = []

/** Runs `work`, at most four at a time; who comes later waits, his bytes still on his side. */
export async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else busy++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else busy--
  }
}

/** @throws PolicyError 'bad-request', 'body-too-large' */
export async function sentFile(context: Context, maxBytes: number): Promise<SentFile> {
  const type = context.req.header('content-type') ?? ''
  const body = await bodyOf(context, maxBytes)
  const form = await new Response(body, { headers: { 'Content-Type': type } }).formData().catch((cause: unknown) => {
    throw new PolicyError('bad-request', '请求体不是完整的 multipart/form-data。', { cause })
  })
  const parts = [...form]
  const [name, file] = parts[0] ?? []
  if (parts.length !== 1 || name !== 'file' || !(file instanceof File)) {
    throw new PolicyError('bad-request', '请求体须只有一个名为 file 的文件；几个文件请分几次上传。')
  }
  if (file.size > maxBytes) throw tooLarge(maxBytes)
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }
}

async function bodyOf(context: Context, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const body = await withinBytes(context.req.raw, maxBytes + ENVELOPE_BYTES).catch((cause: unknown) => {
    throw new PolicyError('bad-request', '上传中断了，没有收到完整的文件。请重新上传。', { cause }) // the sender went away
  })
  if (!body) throw tooLarge(maxBytes)
  return body
}

/** The body as it came; stops reading as soon as it is too much, whatever the headers said: then undefined. */
export async function withinBytes(request: Request, most: number): Promise<Buffer<ArrayBuffer> | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > most) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (maxBytes: number) =>
  new PolicyError('body-too-large', `文件超过 ${maxBytes / 1024 / 1024} MiB，未上传。请拆分，或去掉其中的图片后再上传。`)
