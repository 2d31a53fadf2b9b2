/** What a line looks like, for the rules of clean.ts and header.ts. Words have no blanks around them. */

/** Ends as a sentence does, a closing quotation mark or bracket allowed. */
export const SENTENCE_END = /[。；;！!？?…]["”’）)】]?$/

const HAN_NUMBER = '[一二三四五六七八九十百千零〇]{1,9}'
const ARABIC = '[0-9０-９]{1,3}'

/** Opens with a Markdown heading or with a number: 第三条, 三、, （三）, (6), 3., ③. */
export const NUMBER_MARK = new RegExp(
  [
    '^#',
    `^第(?:${HAN_NUMBER}|${ARABIC}[0-9０-９]?)[编分章节条部款项]`,
    `^${HAN_NUMBER}[、.．]`,
    `^[（(](?:${HAN_NUMBER}|${ARABIC})[）)]`,
    `^${ARABIC}[.．、]`,
    '^[①-⑳]',
  ].join('|'),
)
