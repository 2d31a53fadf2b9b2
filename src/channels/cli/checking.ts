/** `tiaowen check`: a draft from a file or from what is piped in, checked; a list, JSON, a page or comments in a Word file. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Assistant } from '../../answering/assistant.ts'
import type { DraftFile } from '../../drafts/draft-file.ts'
import { annotateDraftBeside, readDraftBeside } from '../../drafts/draft-thread.ts'
import { PolicyError } from '../../errors.ts'
import type { CheckDifference, Citation, SourceSuggestion } from '../../types.ts'
import { checkPage } from '../check-page.ts'
import { isUnchecked, isWrong, REASON_WORDS, summaryWords, VERDICT_SIGNS, VERDICT_WORDS, WEIGHT_WORDS, weightsOf } from '../check-words.ts'
import { checkedFile, DRAFT_BYTES, type CheckedDraft, type PlacedItem } from '../checked-draft.ts'
import { placeWords, plain, snippetOf, standingWords, wrapped, type Style } from '../render.ts'
import { json, type Printing } from './answers.ts'
import type { Command } from './command.ts'
import { EXIT } from './help.ts'
import type { OnProgress } from './progress.ts'

export type CheckCommand = Extract<Command, { name: 'check' }>

export interface CheckParts extends Printing {
  /** All that is piped in. */
  readonly input: () => Promise<Uint8Array>
  readonly onProgress: OnProgress
  readonly printError: (text: string) => void
}

/** What a draft that is piped in is called. */
const PIPED = '草稿'

/** @throws PolicyError 'bad-request' for a file that is not there, 'file-format', 'file-encoding', 'body-too-large' */
export async function checkDraft(assistant: Assistant, command: CheckCommand, parts: CheckParts): Promise<number> {
  const { file, annotated, html, asOf, suggest, strict } = command
  const bytes = file === '-' ? await parts.input() : await bytesOf(file)
  if (bytes.length > DRAFT_BYTES) {
    throw new PolicyError('body-too-large', `草稿超过 ${DRAFT_BYTES / 1024 / 1024} MiB。请拆分，或去掉其中的图片。`)
  }
  const draft = await readDraftBeside(bytes, file === '-' ? PIPED : basename(file))
  if (annotated !== undefined) mustBeWord(draft)
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) => parts.onProgress('draft', done, total)
  const checked = await checkedFile(assistant, draft, { ...(asOf !== undefined && { asOf }), suggest }, { onProgress })
  parts.onProgress('draft', 1, 1)
  if (annotated !== undefined) await writeTo(annotated, await annotateDraftBeside(bytes, draft, checked.items))
  if (html !== undefined) await writeTo(html, checkPage(checked, draft.text))
  parts.print(command.json ? json(checked) : checkedText(checked, draft.text, parts.style))
  for (const path of [annotated, html]) if (path !== undefined) parts.printError(`已写入 ${plain(path)}`)
  if (checked.items.some(isWrong)) return EXIT.wrong
  return strict && checked.items.some(isUnchecked) ? EXIT.unchecked : EXIT.done
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? '没有这个文件' : code === 'EISDIR' ? '是文件夹' : code === 'EACCES' ? '没有读取的权限' : code
    throw new PolicyError('bad-request', `读不了 ${path}：${why}。`, { cause })
  }
}

async function writeTo(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (cause) {
    throw new PolicyError('bad-request', `写不进 ${path}：${(cause as NodeJS.ErrnoException).code ?? ''}。请换一个位置。`, { cause })
  }
}

function mustBeWord({ format, name }: DraftFile): void {
  if (format === 'docx') return
  throw new PolicyError('bad-request', `--annotated 只用于 Word（docx）草稿，${name} 不是。可改用 --html。`)
}

/** A checked draft for a terminal or a plain message. */
export function checkedText(checked: CheckedDraft, text: string, style: Style): string {
  const { items, summary, remarks, draft, suggestions } = checked
  const blocks = [
    [style.strong(plain(draft.name ?? PIPED)), ...remarks.flatMap(({ message }) => wrapped(plain(message), '', style).map(style.soft))],
    ...items.map((item, at) => itemText(item, `${at + 1}. `, style)),
    ...(suggestions ? [suggestionsText(suggestions.items, suggestions.sentences, suggestions.lookedUp, text, style)] : []),
    [(summary.isClean ? style.strong : style.warning)(summaryWords(summary))],
  ]
  return blocks.map((block) => block.join('\n')).join('\n\n')
}

/** One item of it, in lines. */
export function itemText(item: PlacedItem, mark: string, style: Style): readonly string[] {
  const { verdict, why, place, quote, message, diff, skipped = [], citation, alternatives } = item
  const indent = ' '.repeat(mark.length)
  const set = isWrong(item) ? style.warning : verdict === 'not-checked' ? style.soft : style.strong
  const reason = why === undefined ? '' : `（${REASON_WORDS[why]}）`
  const inner = (words: string, paint: (line: string) => string) => wrapped(plain(words), indent, style).map(paint)
  return [
    set(`${mark}${VERDICT_SIGNS[verdict]} ${VERDICT_WORDS[verdict]}${reason}　${place?.words ?? ''}`),
    ...inner(`「${snippetOf(quote)}」`, style.quoted),
    ...inner(message, same),
    ...(diff ? [...inner(`对照：${diffWords(diff)}`, style.warning), ...heavyText(diff, inner, style)] : []),
    ...skipped.flatMap((words) => inner(`略去：${words}`, same)),
    ...(citation ? inner(`出处：${sourceWords(citation, message)}`, style.soft) : []),
    ...(alternatives.length > 0 ? inner(`另见：${alternatives.map(placeWords).join('；')}`, style.soft) : []),
  ]
}

/** A title that the message says already is not said again. */
function sourceWords(citation: Citation, message: string): string {
  const place = placeWords(citation)
  return `${message.includes(place) ? '' : place}（${citation.label}）${standingWords(citation.version)}`
}

const same = (text: string) => text

/** Words that stay on both sides of a difference. */
const AROUND = 12

/**
 * What differs with a little around it: the text's own words in [-…-], the draft's in {+…+}, what weighs behind a ！.
 * @example diffWords(diff) // …研发投入强度超过！[-4-]！{+14+}%
 */
export function diffWords(diff: readonly CheckDifference[]): string {
  return diff
    .map(({ kind, text, weighs }, at) => {
      if (kind !== 'same') return `${weighs.length > 0 ? '！' : ''}${kind === 'left-out' ? `[-${text}-]` : `{+${text}+}`}`
      const [isFirst, isLast] = [at === 0, at === diff.length - 1]
      if (isFirst) return text.length > AROUND ? `…${text.slice(-AROUND)}` : text
      if (isLast) return text.length > AROUND ? `${text.slice(0, AROUND)}…` : text
      return text.length > 2 * AROUND ? `${text.slice(0, AROUND)}…${text.slice(-AROUND)}` : text
    })
    .join('')
}

function heavyText(diff: readonly CheckDifference[], inner: (words: string, paint: (line: string) => string) => readonly string[], style: Style): readonly string[] {
  const weights = weightsOf(diff).map((weight) => WEIGHT_WORDS[weight])
  return weights.length === 0 ? [] : inner(`！涉及${weights.join('、')}`, style.warning)
}

function suggestionsText(items: readonly SourceSuggestion[], sentences: number, lookedUp: number, text: string, style: Style): readonly string[] {
  const part = lookedUp < sentences ? `（查了前 ${lookedUp} 句）` : ''
  return [
    style.strong('推荐出处'),
    style.soft(`${sentences} 句写了数字或要求而没有注明出处${part}，${items.length} 句可能出自下列条款。仅供参考，不是核对结论。`),
    ...items.flatMap(({ start, end, score, citation }) => [
      ...wrapped(`· ${plain(snippetOf(text.slice(start, end)))}`, '  ', style, ''),
      ...wrapped(`${plain(placeWords(citation))}　相近 ${Math.round(score * 100)}%`, '  ', style).map(style.soft),
      ...wrapped(`「${plain(snippetOf(citation.quote))}」`, '  ', style).map(style.quoted),
    ]),
  ]
}
