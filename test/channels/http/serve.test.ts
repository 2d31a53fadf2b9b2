/** One real server on this machine: it starts, answers over a socket, says why it cannot start, and stops gently. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { serve, type ServeOptions, type Serving } from '../../../src/channels/http/serve.ts'
import type { AnswerEvent } from '../../../src/types.ts'
import { answered, scripted, type Script } from '../scripted.ts'

const running: Serving[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop()))
})

const start = async (script: Script = {}, options: Partial<ServeOptions> = {}) => {
  const serving = await serve(scripted(script), { host: '127.0.0.1', port: 0, version: '0.1.0', ...options })
  running.push(serving)
  return serving
}

const ask = (url: string, body: object = {}, signal?: AbortSignal) =>
  fetch(`${url}/api/ask`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question: '145行动是什么？', ...body }),
    ...(signal && { signal }),
  })

/** What the server says to these bytes. */
const raw = (port: number, bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })

test('it answers over a socket', async () => {
  const { url } = await start()
  expect(await (await ask(url)).json()).toEqual(answered({ question: '145行动是什么？' }))
})

test('a busy port is said plainly, with the variable that changes it', async () => {
  const { port } = await start()
  await expect(start({}, { port })).rejects.toMatchObject({
    code: 'port-busy',
    message: `端口 ${port} 已被别的程序占用。请先关掉它，或换一个端口：TIAOWEN_PORT=${port + 1} npm start`,
  })
})

test.each(['0.0.0.0', '::', '192.0.2.1'])('without a key it will not listen on %s', async (host) => {
  await expect(start({}, { host })).rejects.toMatchObject({ code: 'config-invalid' })
})

test('a name pointed here from elsewhere is refused', async () => {
  const { port } = await start()
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: rebound.example.org\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 /,
  )
})

test('a chunked body over 64 KiB is refused while it is read', async () => {
  const { port } = await start()
  const chunk = 'x'.repeat(1000)
  const body = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(70)
  const head = ['POST /api/ask HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', 'Connection: close']
  const heard = await raw(port, [...head, 'Transfer-Encoding: chunked', '', `${body}0`, '', ''].join('\r\n'))
  expect(heard).toMatch(/^HTTP\/1\.1 413 /)
  expect(heard).toContain('body-too-large')
})

test('headers over 16 KiB are refused', async () => {
  const { port } = await start()
  expect(await raw(port, `GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  )
})

test('an asker who leaves stops the work', async () => {
  const left = Promise.withResolvers<void>()
  const { url } = await start({
    ask: async function* (_, signal) {
      signal?.addEventListener('abort', () => left.resolve())
      yield { type: 'passages', passages: [] }
      await new Promise(() => {})
    },
  })
  const leaving = new AbortController()
  await ask(url, { stream: true }, leaving.signal)
  leaving.abort()
  await left.promise
})

test('within a conversation the work goes on, and the answer is there when the asker comes back', async () => {
  const go = Promise.withResolvers<void>()
  const { url } = await start({
    ask: async function* (request) {
      yield { type: 'passages', passages: [] }
      await go.promise
      yield { type: 'done', answer: answered(request) }
    },
  })
  const [conversationId, exchangeId] = [randomUUID(), randomUUID()]
  const leaving = new AbortController()
  await ask(url, { stream: true, conversationId, exchangeId }, leaving.signal)
  leaving.abort()
  go.resolve()
  const kept = async () => (await (await fetch(`${url}/api/conversations/${conversationId}`)).json()) as object
  const { text } = answered({ question: '145行动是什么？' })
  await expect.poll(kept).toMatchObject({ exchanges: [{ id: exchangeId, answer: { text } }] })
})

test('stopping lets an answer under way be finished, and accepts no more', async () => {
  const go = Promise.withResolvers<void>()
  const serving = await start({
    ask: async function* (request) {
      yield { type: 'passages', passages: [] }
      await go.promise
      yield { type: 'done', answer: answered(request) }
    },
  })
  const response = await ask(serving.url, { stream: true })
  const text = response.text()
  const stopped = serving.stop()
  await expect(fetch(`${serving.url}/livez`)).rejects.toThrow()
  go.resolve()
  expect(await text).toContain('event: done')
  await stopped
})

test('an answer that does not end is ended with an error event', async () => {
  const serving = await start(
    {
      ask: async function* (): AsyncGenerator<AnswerEvent> {
        yield { type: 'passages', passages: [] }
        await new Promise(() => {})
      },
    },
    { drainMs: 50 },
  )
  const text = (await ask(serving.url, { stream: true })).text()
  await serving.stop()
  expect(await text).toMatch(/event: error\ndata: .*"status":503/)
})

test('while it waits for a load balancer, /readyz says no, all else is answered, and kept lines are closed', async () => {
  const serving = await start({}, { stopWaitMs: 2_000 })
  expect((await fetch(`${serving.url}/readyz`)).headers.get('connection')).toBe('keep-alive')
  const stopped = serving.stop()
  const ready = await fetch(`${serving.url}/readyz`)
  expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close'])
  const response = await ask(serving.url)
  expect([response.status, response.headers.get('connection')]).toEqual([200, 'close'])
  await stopped
  await expect(fetch(`${serving.url}/livez`)).rejects.toThrow()
})

test('who reads a byte now and then, or sends one, does not keep it from stopping', async () => {
  const serving = await start({}, { drainMs: 50 })
  const half = connect(serving.port, '127.0.0.1')
  half.on('error', () => {})
  const closed = new Promise((resolve) => half.on('close', resolve))
  half.write('POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{')
  await fetch(`${serving.url}/livez`)
  await serving.stop()
  await closed
})

describe('until a signal', () => {
  const target = (how: string) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('stop-target.ts', import.meta.url)), how])
    let out = ''
    const up = new Promise<void>((resolve) =>
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        if (out.includes('up\n')) resolve()
      }),
    )
    const ended = new Promise<[number | null, string]>((resolve) => child.on('close', (code) => resolve([code, out])))
    return { child, up, ended }
  }

  test('what hangs is not waited for longer than is said, and that is no failure', async () => {
    const { child, up, ended } = target('hangs')
    await up
    child.kill('SIGTERM')
    const [code, out] = await ended
    expect([code, out]).toEqual([0, expect.stringMatching(/stopping\n停止用了超过 0.3 秒，不再等待/)])
  })

  test('what nobody caught closes what is open, and ends with 1', async () => {
    const [code, out] = await target('throws').ended
    expect([code, out]).toEqual([1, expect.stringMatching(/^up\nError: nobody caught this\nstopping\nclosed with 1/)])
  })
})
