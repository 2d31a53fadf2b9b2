/**
 * PDF files as one more Reader. The words, their order and their paragraphs are told from where they stand on the
 * page; cells of tables stay on the line of their row. A scan has no words and is refused with that reason.
 */
import { Worker } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'
import type { DecodedText } from './decode.ts'
import { MOST_PAGES } from './pdf-pages.ts'
import type { Refusal } from './pdf-pages.ts'
import type { PdfReading, PdfStep } from './pdf-worker.ts'

/** A law of 500 pages takes some seconds. */
const LONGEST_MS = 120_000
/** So long a page may take, and opening the file: what gets no further is hostile or damaged. */
const LONGEST_STEP_MS = 10_000
const MOST_MEMORY_MB = 1_024

export interface PdfLimits {
  readonly longestMs: number
  readonly longestStepMs: number
}

export const PDF_LIMITS: PdfLimits = { longestMs: LONGEST_MS, longestStepMs: LONGEST_STEP_MS }

const OCR = '先做文字识别(OCR)再放入。'

const REFUSALS: Readonly<Record<Refusal, string>> = {
  password: '有打开密码。请另存为没有密码的 PDF 再放入。',
  damaged: '已损坏或不是 PDF，无法读取。请重新下载，或另存为 PDF 再放入。',
  'too-many-pages': `超过 ${MOST_PAGES} 页，未读取。请拆分后再放入。`,
  'too-much-text': '的文字过多，未读取。请拆分后再放入。',
}

/** @throws PolicyError 'file-format' */
export async function readPdf(bytes: Uint8Array, name: string, limits: PdfLimits = PDF_LIMITS): Promise<DecodedText> {
  const reading = await readInThread(bytes, name, limits)
  switch (reading.outcome) {
    case 'text':
      return {
        text: reading.text,
        encoding: 'pdf',
        pages: reading.pages,
        dropped: [
          ...reading.dropped,
          ...reading.empty.map((page) => ({ line: 1, page, text: '', reason: 'empty-page' as const })),
        ],
        notices: noticesOf(reading, name),
      }
    case 'scanned':
      throw refused(name, `没有文字层（扫描件），请${OCR}（${reading.pages} 页几乎没有文字）`)
    case 'unreadable':
      throw refused(name, `的字体没有文字对照表（ToUnicode），取出的是乱码。请重新导出 PDF，或${OCR}`)
    case 'vertical':
      throw refused(name, '是竖排文字，尚不支持。请另存为 txt、md 或 html。')
    case 'refused':
      throw refused(name, REFUSALS[reading.refusal], reading.message)
  }
}

function noticesOf(reading: Extract<PdfReading, { outcome: 'text' }>, name: string): string[] {
  const { empty, pages, unreadable } = reading
  const notices: string[] = []
  if (empty.length > 0) {
    const which = `第${rangesOf(empty)}页（共${pages.length}页）`
    notices.push(`${name} ${which}没有文字，是空白页或扫描件，未收录。如是扫描件，请${OCR}`)
  }
  if (unreadable > 0) notices.push(`${name} 有 ${unreadable} 个字符在字体里没有对照，未能识别，原样保留。请核对原文。`)
  return notices
}

/** @example rangesOf([2, 3, 4, 7]) // '2至4、7' */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}至${to}`)).join('、')
}

const refused = (name: string, why: string, cause?: string) =>
  new PolicyError('file-format', `${name} ${why}`, cause === undefined ? {} : { cause })

/** One thread a file, ended when it has answered, or when it or a page of it takes too long or too much memory. */
async function readInThread(
  bytes: Uint8Array,
  name: string,
  { longestMs, longestStepMs }: PdfLimits,
): Promise<PdfReading> {
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: bytes,
    stdout: true, // the library's remarks on what it could draw
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  })
  let whole: NodeJS.Timeout | undefined
  let step: NodeJS.Timeout | undefined
  try {
    return await new Promise<PdfReading>((resolve, reject) => {
      const after = (ms: number, what: string) =>
        setTimeout(() => reject(refused(name, `${what}超过 ${ms / 1000} 秒，已停止。请拆分，或另存为 PDF 再放入。`)), ms)
      whole = after(longestMs, '读取')
      step = after(longestStepMs, '读取一页')
      worker.on('message', (said: PdfReading | PdfStep) => {
        clearTimeout(step)
        if (said.outcome === 'page') step = after(longestStepMs, '读取一页')
        else resolve(said)
      })
      worker.once('error', (cause) => {
        reject(new PolicyError('file-format', `${name} 无法读取：${cause.message}。请另存为 PDF 再放入。`, { cause }))
      })
      worker.once('exit', () => reject(refused(name, '无法读取。请另存为 PDF 再放入。')))
    })
  } finally {
    clearTimeout(whole)
    clearTimeout(step)
    await worker.terminate()
  }
}
