/**
 * A Word draft of 2,000 pages: read, and copied with 2,000 comments. Milliseconds, the memory it takes at most beside
 * what the process had, and the longest time that others waited. Run by `npm run bench`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readdirSync, readFileSync } from 'node:fs'
import JSZip from 'jszip'
import { annotateDraft } from '../src/drafts/annotate-draft.ts'
import { readDraft } from '../src/drafts/read-draft.ts'
import type { CheckItem } from '../src/types.ts'
import { holdTo, millisecondsOf } from './tools/figures.ts'

const PAGES = 2000
const CHARACTERS_OF_A_PAGE = 900
const COMMENTS = 2000
const MOST_READ_MS = 10_000
const MOST_COPY_MS = 20_000
const MOST_MEGABYTES = 800
const LONGEST_WAIT_MS = 1000

const FONT = '<w:rFonts w:ascii="仿宋_GB2312" w:eastAsia="仿宋_GB2312" w:hAnsi="宋体" w:cs="宋体" w:hint="eastAsia"/>'
const LOOK = `${FONT}<w:color w:val="000000"/><w:kern w:val="0"/><w:sz w:val="32"/><w:szCs w:val="32"/>`
const LAYOUT = '<w:widowControl/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/>'

/** As Word writes it: a run for every fourteen characters, each with all its properties; 58 MB of XML. */
async function draft(): Promise<Uint8Array> {
  const lines = readdirSync('seeds')
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readFileSync(`seeds/${name}`, 'utf8').split('\n'))
    .filter((words) => words.trim() !== '')
  const body: string[] = []
  for (let at = 0, characters = 0; characters < PAGES * CHARACTERS_OF_A_PAGE; at++) {
    const words = lines[at % lines.length] ?? ''
    characters += words.length
    const runs = (words.match(/.{1,14}/gs) ?? []).map((part, n) => {
      const saved = `w:rsidR="00${(at * 31 + n).toString(16).padStart(6, '0')}" w:rsidRPr="00AB12CD"`
      return `<w:r ${saved}><w:rPr>${LOOK}</w:rPr><w:t>${part.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</w:t></w:r>`
    })
    body.push(`<w:p w:rsidR="00${at.toString(16).padStart(6, '0')}"><w:pPr>${LAYOUT}<w:rPr>${LOOK}</w:rPr></w:pPr>${runs.join('')}</w:p>`)
  }
  const zip = new JSZip()
  zip.file('[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
  const namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
  zip.file('word/document.xml', `<w:document ${namespace}><w:body>${body.join('')}</w:body></w:document>`)
  return zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE' })
}

const megabytes = (): number => process.memoryUsage().rss / 1e6

async function main(): Promise<void> {
  const bytes = await draft()
  const before = megabytes()
  let peak = before
  const watch = setInterval(() => (peak = Math.max(peak, megabytes())), 20)
  const waits = monitorEventLoopDelay({ resolution: 5 })
  waits.enable()
  const file = await readDraft(bytes, '草稿.docx')
  const reading = await millisecondsOf(() => readDraft(bytes, '草稿.docx'))
  const step = Math.floor(file.text.length / COMMENTS)
  const items = Array.from({ length: COMMENTS }, (_, at): CheckItem => {
    const [start, end] = [at * step, at * step + 40]
    const said = { kind: 'quotation', verdict: 'not-found', message: '文件库里没有这段话。', alternatives: [] } as const
    return { ...said, quote: file.text.slice(start, end), start, end }
  })
  const copying = await millisecondsOf(() => annotateDraft(bytes, file, items))
  clearInterval(watch)
  holdTo(`reading a draft of ${PAGES} pages`, reading, MOST_READ_MS, ' ms')
  holdTo(`its copy with ${COMMENTS} comments`, copying, MOST_COPY_MS, ' ms')
  holdTo('memory for both beside what was there', peak - before, MOST_MEGABYTES, ' MB')
  holdTo('longest wait of others', waits.max / 1e6, LONGEST_WAIT_MS, ' ms')
}

await main()
