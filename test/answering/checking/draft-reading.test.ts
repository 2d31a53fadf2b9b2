/** What a draft quotes and names: quotations, references, names it gives, and which belongs to which. */
import { describe, expect, test } from 'vitest'
import { attributionOf } from '../../../src/answering/checking/attribution.ts'
import { nameGivenAt } from '../../../src/answering/checking/aliases.ts'
import { mentionsIn, type Mention } from '../../../src/answering/checking/mentions.ts'
import { quotationsIn } from '../../../src/answering/checking/quotations.ts'
import { knownNames } from '../../../src/clauses/lookup.ts'
import { foldName } from '../../../src/clauses/script.ts'
import type { Document, DocumentId } from '../../../src/types.ts'
import { documentOf } from '../../clauses/sources.ts'

describe('quotations', () => {
  /** Parts by |, several quotations apart; an unclosed one behind !. */
  const read = (text: string): string[] => {
    const { quoted, unclosed } = quotationsIn(text)
    return [
      ...quoted.map(({ parts }) => parts.map(({ start, end, after }) => `${after === 'paragraph' ? '¶' : ''}${text.slice(start, end)}`).join('|')),
      ...unclosed.map(({ span }) => `!${text.slice(span.start, span.end)}`),
    ]
  }
  test.each([
    ['提出“全社会研发投入强度超过4%”的目标', ['全社会研发投入强度超过4%']],
    ['「科创高地」和『创新策源地』', ['科创高地', '创新策源地']],
    ['“强化科创、小微、‘三农’等领域服务保障”', ['强化科创、小微、‘三农’等领域服务保障']],
    ['“围绕“互联网+”、生命健康”', ['围绕“互联网+”、生命健康']],
    ['“建立制度，……采取措施”', ['建立制度，|采取措施']],
    ['“建立制度...采取措施（略）保障安全〔……〕依法”', ['建立制度|采取措施|保障安全|依法']],
    ['“建立制度…采取措施”', ['建立制度|采取措施']],
    ['“第一款。\n“第二款。”', ['第一款。|¶第二款。']],
    ['“第一款。\n　　“第二款。\n　　“第三款。”', ['第一款。|¶第二款。|¶第三款。']],
    ['“没有关上的引号\n下一段“有引号”', ['有引号', '!没有关上的引号']],
    ['他说"直引号也是引号"', ['直引号也是引号']],
    ['没有引号”的一段', []],
    ['""', ['']],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected))

  test('a mark many times over is read in time that grows with its length', () => {
    for (const sign of ['“', '”', '“”', '“\n', '"', '……', '（略）']) expect(quotationsIn(sign.repeat(50_000)).quoted.length).toBeLessThanOrEqual(50_000)
  })
})

const named = (id: string, title: string, number?: string): Document => {
  const header = { title: { value: title, from: 'text' as const }, ...(number ? { documentNumber: { value: number, from: 'text' as const } } : {}) }
  return documentOf('第一条 甲。\n第二条 乙。\n第三条 丙。', { id: id as DocumentId, source: `${id}.md`, header })
}
const names = knownNames([
  named('info', '中华人民共和国政府信息公开条例'), named('leave', '职工带薪年休假条例'), named('penalty', '中华人民共和国行政处罚法'),
  named('company', '中华人民共和国公司法'), named('vat', '中华人民共和国增值税法实施条例'), named('cash', '现金管理办法', '国办发〔2023〕12号'),
])
const mentions = (text: string): Mention[] => [...mentionsIn(text, names)].flat()

describe('references of a draft', () => {
  /** The reference as it stands and the documents it is read to mean. */
  const read = (text: string): string[] =>
    mentions(text).map(({ words, documents, isOwn, isCarried, isGuess, asked }) => {
      const how = [isOwn && 'own', isCarried && 'carried', isGuess && 'guess', asked && `${asked.kind} ${'year' in asked ? asked.year : ''}`.trim()]
      return [`${words} → ${documents.join(' ')}`.trim(), ...how.filter((one) => one)].join(', ')
    })
  test.each([
    ['《行政处罚法》第四十四条规定', ['《行政处罚法》第四十四条 → penalty']],
    ['《行政处罚法》第五条，该法第六条', ['《行政处罚法》第五条 → penalty', '第六条 → penalty']],
    ['《行政处罚法》第四条：“甲。”第八条：“乙。”', ['《行政处罚法》第四条 → penalty', '第八条 → penalty']],
    ['《行政处罚法》第四条有规定。第八条也有。', ['《行政处罚法》第四条 → penalty', '第八条 → penalty, carried']],
    ['《行政处罚法》第一条；《公司法》第二条。第三条', ['《行政处罚法》第一条 → penalty', '《公司法》第二条 → company', '第三条 →']],
    ['《行政处罚法》第四条。\n第八条也有', ['《行政处罚法》第四条 → penalty', '第八条 →']],
    ['《公司法》第一条第一款（“甲”）、第二款（“乙”）', ['《公司法》第一条第一款 → company', '第二款 → company']],
    ['本法第三条、本办法第三条、草案第二条', ['第三条 →, own', '办法第三条 →, own', '第二条 →, own']],
    ['《办法》（国办发〔2023〕12号）第三条', ['《办法》（国办发〔2023〕12号）第三条 → cash']],
    ['国办发【2023】12号第三条', ['国办发【2023】12号第三条 → cash']],
    ['按照国办发[2023]12号执行', ['国办发[2023]12号 → cash']],
    ['国办发〔2099〕1号第三条', ['国办发〔2099〕1号第三条 →']],
    ['《公司法》（2018年修正）第三条', ['《公司法》（2018年修正）第三条 → company, year 2018']],
    ['《公司法（2005年修订）》第三条', ['《公司法（2005年修订）》第三条 → company, year 2005']],
    ['《增值税法》第三条', ['《增值税法》第三条 → vat, guess']],
    ['《政府信息公开条例》（以下简称《条例》）第一条。\n《条例》第二条', ['《政府信息公开条例》（以下简称《条例》）第一条 → info', '《条例》第二条 → info']],
    ['《政府信息公开条例》。\n《条例》第二条', ['《政府信息公开条例》 → info', '《条例》第二条 → info']],
    ['《浙江省某办法》（以下简称“办法”）。\n办法规定，应当公开。', ['《浙江省某办法》 →', '办法 →']],
    ['第一条 为了规范，制定本办法。', []],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected))
})

describe('names a draft gives', () => {
  test.each([
    ['（以下简称《条例》）第三条', '条例'],
    ['（以下简称“个保法”）', '个保法'],
    ['（国办发〔2023〕12号，以下简称《通知》）', '通知'],
    ['（2022年6月29日通过，以下称大走廊决定）', '大走廊决定'],
    ['（国办发〔2023〕12号）（下称“12号文”）', '12号文'],
    ['（以下简称本办法）', undefined],
    ['（2018年修正）第三条', undefined],
    ['第三条', undefined],
  ])('%s', (text, name) => expect(nameGivenAt(text, 0)?.name).toBe(name && foldName(name)))
})

describe('where a quotation is said to be from', () => {
  /** The reference of the last quotation, with ! where its words are said to be quoted. */
  const source = (text: string): string | undefined => {
    const quoted = quotationsIn(text).quoted.at(-1)!
    const found = attributionOf(text, quoted, mentions(text))
    return found && `${found.mention.words}${found.isSaid ? '!' : ''}`
  }
  test.each([
    ['根据《公司法》第一条规定：“甲乙丙”', '《公司法》第一条!'],
    ['《公司法》第一条：“甲乙丙”', '《公司法》第一条!'],
    ['文件写道“甲乙丙”（《公司法》第一条）', '《公司法》第一条!'],
    ['文件写道“甲乙丙”（见我国《公司法》第一条）', '《公司法》第一条!'],
    ['“甲乙丙”的规定（《公司法》第一条）', '《公司法》第一条!'],
    ['“甲乙丙”——《公司法》第一条', '《公司法》第一条!'],
    ['“甲乙丙”，出自《公司法》第一条', '《公司法》第一条!'],
    ['依照《公司法》第一条“甲”和“乙丙”的规定', '《公司法》第一条'],
    ['符合《公司法》第一条，即“首违不罚”', '《公司法》第一条'],
    ['《公司法》第一条规定：“甲。”我们建立“上下联动”机制', undefined],
    ['《公司法》第一条作了规定。各地形成“上下联动”机制', undefined],
    ['《公司法》第一条要求公开；座谈会上有代表提出“期限偏短”', undefined],
    ['“甲”（《公司法》第一条）。要求做到“有人管”', undefined],
    ['“甲乙丙”\n[2] 见《公司法》第一条', undefined],
  ])('%j', (text, expected) => expect(source(text)).toBe(expected))
})
