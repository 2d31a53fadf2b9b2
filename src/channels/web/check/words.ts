import { REASON_WORDS, VERDICT_WORDS, WEIGHT_WORDS } from '../../check-words.ts'
import type { CheckReason, CheckWeight } from '../../../types.ts'
import { wordsIn } from '../words/language.ts'
import type { Kind } from './found.ts'

const en = (count: number) => count.toLocaleString('en')

interface CheckWords {
  readonly pageTitle: string
  readonly title: string
  readonly intro: string
  readonly notKept: string
  readonly paste: string
  readonly placeholder: string
  readonly chooseFile: string
  readonly dropHere: string
  readonly takes: string
  readonly tooLarge: (megabytes: number) => string
  readonly start: string
  readonly suggest: string
  readonly suggestHint: string
  readonly asOf: string
  readonly checking: string
  readonly steps: Readonly<Record<string, string>>
  readonly stop: string
  readonly retry: string
  readonly another: string
  readonly failed: string
  readonly pasted: string
  readonly kinds: Readonly<Record<Kind, string>>
  readonly reasons: Readonly<Record<CheckReason, string>>
  readonly weights: Readonly<Record<CheckWeight, string>>
  readonly all: string
  readonly filters: string
  readonly nothing: string
  readonly clean: string
  readonly unclean: (count: number) => string
  readonly library: (documents: number) => string
  readonly unchecked: string
  readonly notes: string
  readonly remarks: (count: number) => string
  readonly characters: (count: number) => string
  readonly asOfDay: (day: string) => string
  readonly draft: string
  readonly list: (count: number) => string
  readonly noneOfKind: string
  readonly compare: string
  readonly inText: string
  readonly inDraft: string
  readonly truth: string
  readonly skipped: string
  readonly printing: Readonly<Record<'width' | 'marks' | 'script', string>>
  readonly samePrinting: (kinds: string) => string
  readonly source: string
  readonly open: string
  readonly copyWords: string
  readonly copyCitation: string
  readonly copyAs: string
  readonly alternatives: string
  readonly previous: string
  readonly next: string
  readonly close: string
  readonly downloadWord: string
  readonly downloadJson: string
  readonly preparing: string
  readonly fileChanged: string
  readonly suggestion: string
  readonly suggestionNote: string
  readonly suggestionsSaid: (found: number, sentences: number, lookedUp: number) => string
  readonly score: (share: number) => string
  readonly keys: string
}

export const useCheckWords = wordsIn<CheckWords>({
  zh: {
    pageTitle: '核对草稿 · 条问',
    title: '核对草稿',
    intro: '逐处核对草稿里的引文和引用：字句是否与原文一致，条款是否存在，出处是否写对。',
    notKept: '草稿只在核对时读取，不保存在服务器上；刷新本页就没有了。',
    paste: '草稿的文字',
    placeholder: '把草稿粘贴到这里，例如：《决定》第三部分第2条提出“……”。',
    chooseFile: '选择文件',
    dropHere: '松开鼠标，核对这份草稿',
    takes: '可用 txt、md、docx，最大 20 MiB；也可以把文件拖到本页',
    tooLarge: (megabytes) => `文件有 ${megabytes} MiB，超过 20 MiB，没有发送。请拆分，或去掉其中的图片。`,
    start: '开始核对',
    suggest: '推荐出处',
    suggestHint: '为写了数字或要求而没有注明出处的句子找出可能的条款',
    asOf: '按这一天施行的文本',
    checking: '正在核对',
    steps: { references: '查找引用', quotations: '核对引文', runs: '查找没有引号的原文', suggestions: '查找可能的出处' },
    stop: '停止',
    retry: '重试',
    another: '核对另一份',
    failed: '没有核对成',
    pasted: '粘贴的草稿',
    kinds: { ...VERDICT_WORDS, suggestion: '推荐出处' },
    reasons: REASON_WORDS,
    weights: WEIGHT_WORDS,
    all: '全部',
    filters: '按结果筛选',
    nothing: '草稿里没有发现引文或引用。',
    clean: '没有发现出入',
    unclean: (count) => `${count} 处需要修改`,
    library: (documents) => `文件库有 ${documents} 份文件，不在其中的无法核对`,
    unchecked: '未核对的原因',
    notes: '说明',
    remarks: (count) => `读取这份文件时的说明（${count}）`,
    characters: (count) => `${count.toLocaleString('zh-CN')} 字`,
    asOfDay: (day) => `按 ${day} 施行的文本`,
    draft: '草稿',
    list: (count) => `清单（${count}）`,
    noneOfKind: '没有这样的结果。',
    compare: '对照',
    inText: '原文',
    inDraft: '草稿',
    truth: '原文',
    skipped: '省略号略去',
    printing: { width: '全角半角', marks: '引号', script: '繁简' },
    samePrinting: (kinds) => `只是${kinds}写法不同`,
    source: '出处',
    open: '看原文',
    copyWords: '复制原文',
    copyCitation: '复制为引用格式',
    copyAs: '复制为',
    alternatives: '另见',
    previous: '上一处（K）',
    next: '下一处（J）',
    close: '关闭',
    downloadWord: '下载带批注的 Word',
    downloadJson: '下载 JSON',
    preparing: '正在生成……',
    fileChanged: '浏览器读不到这个文件了，可能已被改动或移走。请重新选择。',
    suggestion: '可能出自',
    suggestionNote: '仅供参考，不是核对结论。',
    suggestionsSaid: (found, sentences, lookedUp) =>
      `${sentences} 句写了数字或要求而没有注明出处${lookedUp < sentences ? `，查了前 ${lookedUp} 句` : ''}，为其中 ${found} 句找到可能的出处。`,
    score: (share) => `相近 ${Math.round(share * 100)}%`,
    keys: '按 J、K 逐处查看',
  },
  en: {
    pageTitle: 'Draft check · Tiaowen',
    title: 'Check a draft',
    intro: 'Every quotation and reference of a draft against the documents: whether the words are theirs, the clause exists, the source is right.',
    notKept: 'The draft is read for the check alone and not kept on the server; reloading this page forgets it.',
    paste: 'Words of the draft',
    placeholder: 'Paste the draft here, e.g. 《决定》第三部分第2条提出“……”。',
    chooseFile: 'Choose a file',
    dropHere: 'Drop the draft to check it',
    takes: 'txt, md or docx of up to 20 MiB; it can also be dropped on this page',
    tooLarge: (megabytes) => `The file has ${megabytes} MiB, more than 20 MiB; not sent. Split it, or take out its pictures.`,
    start: 'Check',
    suggest: 'Suggest sources',
    suggestHint: 'Looks for clauses behind sentences that state a figure or a policy and name no source',
    asOf: 'As in force on',
    checking: 'Checking',
    steps: { references: 'finding references', quotations: 'checking quotations', runs: 'finding words without marks', suggestions: 'finding possible sources' },
    stop: 'Stop',
    retry: 'Try again',
    another: 'Check another',
    failed: 'The check did not succeed',
    pasted: 'Pasted draft',
    kinds: {
      verbatim: 'Verbatim',
      altered: 'Altered',
      misplaced: 'Misplaced',
      exists: 'Clause exists',
      'no-such-clause': 'No such clause',
      'not-found': 'Not found',
      'not-checked': 'Not checked',
      suggestion: 'Suggested source',
    },
    reasons: {
      'no-such-document': 'the document is not in the library',
      'no-such-version': 'there is no such version',
      emphasis: 'the marks are emphasis',
      'too-short': 'no words in the marks',
      unclosed: 'a mark is not closed',
      ambiguous: 'more than one clause may be meant',
      'no-document-named': 'no document is named',
      failed: 'the check itself failed',
    },
    weights: {
      number: 'number',
      date: 'date',
      percentage: 'percentage',
      amount: 'amount',
      negation: 'negation',
      modality: 'must or may',
      comparison: 'degree',
      scope: 'scope',
    },
    all: 'All',
    filters: 'Filter by result',
    nothing: 'The draft has no quotation and no reference.',
    clean: 'Nothing wrong found',
    unclean: (count) => `${en(count)} to mend`,
    library: (documents) => `${en(documents)} documents in the library; what is not in it cannot be checked`,
    unchecked: 'Not checked because',
    notes: 'Notes',
    remarks: (count) => `How the file was read (${en(count)})`,
    characters: (count) => `${en(count)} characters`,
    asOfDay: (day) => `as in force on ${day}`,
    draft: 'Draft',
    list: (count) => `List (${en(count)})`,
    noneOfKind: 'There is no such result.',
    compare: 'Compared',
    inText: 'the text',
    inDraft: 'the draft',
    truth: 'The text',
    skipped: 'Left out by the ellipsis',
    printing: { width: 'width of characters', marks: 'quotation marks', script: 'traditional characters' },
    samePrinting: (kinds) => `differs in ${kinds} alone`,
    source: 'Source',
    open: 'Open the text',
    copyWords: 'Copy the right words',
    copyCitation: 'Copy as a citation',
    copyAs: 'Copy as',
    alternatives: 'See also',
    previous: 'Previous (K)',
    next: 'Next (J)',
    close: 'Close',
    downloadWord: 'Word file with comments',
    downloadJson: 'JSON',
    preparing: 'Preparing…',
    fileChanged: 'The browser cannot read the file any more; it may have been changed or moved. Choose it again.',
    suggestion: 'May rest on',
    suggestionNote: 'A suggestion, and no verdict.',
    suggestionsSaid: (found, sentences, lookedUp) =>
      `${en(sentences)} sentences state a figure or a policy without a source${lookedUp < sentences ? `; the first ${en(lookedUp)} were looked up` : ''}; ${en(found)} may rest on a clause.`,
    score: (share) => `${Math.round(share * 100)}% alike`,
    keys: 'J and K go from place to place',
  },
})
