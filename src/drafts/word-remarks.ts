/** What was met in a Word draft → plain sentences of how it was read. */
import type { DraftRemark } from './draft-file.ts'
import type { Tally } from './word-paragraphs.ts'

type Say = (count: number, characters: number) => string

/** In the order they are told: what changes the meaning first. */
const SENTENCES: readonly (readonly [DraftRemark['kind'], Say])[] = [
  ['insertions', (count, characters) => `修订插入${count}处（${characters}字），按接受修订读取。`],
  ['deletions', (count, characters) => `修订删除${count}处（${characters}字），按接受修订未读取。`],
  ['hidden', (count, characters) => `隐藏文字${count}处（${characters}字），未读取。`],
  ['embedded-files', (count) => `嵌入的其他文件${count}个，其中的文字未读取；请将其文字粘贴到正文再核对。`],
  ['objects', (count) => `嵌入对象、图表或图示${count}个，其中的文字未读取；请另行核对。`],
  ['pictures', (count) => `图片${count}张，其中的文字未读取；请另行核对。`],
  ['symbols', (count) => `符号字体的字符${count}个，无法确定是什么字，以“\ufffd”表示。`],
  ['footnotes', (count) => `脚注${count}条，已读取。`],
  ['endnotes', (count) => `尾注${count}条，已读取。`],
  ['unused-notes', (count) => `正文没有引用（或引用已删除）的脚注、尾注${count}条，未读取。`],
  ['headers', (count) => `页眉、页脚${count}个，已读取。`],
  ['text-boxes', (count) => `文本框${count}个，已读取。`],
  ['tables', (count) => `表格${count}个，每格作为一段读取。`],
  ['fields', (count) => `域${count}处，读取其显示的结果，不读取域代码。`],
  ['contents', (count) => `自动目录${count}行，与标题重复，未读取。`],
  ['numbers', (count) => `自动编号${count}处，按显示的编号读取。`],
  ['equations', (count) => `公式${count}个，按一行文字读取。`],
  ['ruby', (count) => `注音${count}处，未读取，读取其所注的字。`],
  ['comments', (count) => `已有批注${count}条，不作为草稿的文字。`],
]

export const wordRemarks = (tally: Tally): DraftRemark[] =>
  SENTENCES.flatMap(([kind, say]) => {
    const met = tally.get(kind)
    return met ? [{ kind, count: met.count, message: say(met.count, met.characters) }] : []
  })
