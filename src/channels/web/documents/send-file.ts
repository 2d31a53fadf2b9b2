/** Sends one file and tells how far it is: XMLHttpRequest is what a browser tells that by. */
import { offline, problemIn } from '../api/client.ts'
import type { Upload } from '../api/queries.ts'
import { signedIn } from '../session/again.ts'

interface SendOptions {
  readonly signal: AbortSignal
  /** Of all bytes sent, from 0 to 1. */
  onProgress(part: number): void
}

/** @throws Problem; an AbortError where it was given up. */
export function sendFile(file: File, { signal, onProgress }: SendOptions): Promise<Upload> {
  const { promise, resolve, reject } = Promise.withResolvers<Upload>()
  const request = new XMLHttpRequest()
  const giveUp = () => request.abort()
  signal.addEventListener('abort', giveUp, { once: true })
  request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
    if (lengthComputable && total > 0) onProgress(loaded / total)
  })
  request.upload.addEventListener('load', () => onProgress(1))
  request.addEventListener('load', () => {
    const { status, responseText } = request
    if (status === 401) return void signedIn({ signal }).then(() => sendFile(file, { signal, onProgress })).then(resolve, reject)
    if (status < 200 || status >= 300) return reject(problemIn(responseText, status, Number(request.getResponseHeader('Retry-After'))))
    try {
      resolve(JSON.parse(responseText) as Upload)
    } catch {
      reject(problemIn(responseText, 502)) // not ours: a proxy's page
    }
  })
  request.addEventListener('error', () => reject(offline()))
  request.addEventListener('timeout', () => reject(offline()))
  request.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')))
  request.addEventListener('loadend', () => signal.removeEventListener('abort', giveUp))
  const form = new FormData()
  form.append('file', file, file.name)
  request.open('POST', '/api/uploads')
  request.setRequestHeader('Accept', 'application/json')
  request.send(form)
  return promise
}
