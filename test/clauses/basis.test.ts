/** The laws that rules and interpretations are made under, and which of them are there. */
import { describe, expect, test } from 'vitest'
import { basisOf, Held } from '../../src/clauses/basis.ts'
import { CODE_PARTS, fileOf } from './versions.ts'

const TRADEMARK_RULES = fileOf(
  '商标法实施条例.md',
  '# 中华人民共和国商标法实施条例\n\n2014年4月29日 根据《国务院关于修改部分行政法规的决定》修订\n\n<!-- INFO END -->\n\n' +
    '第一条 根据《中华人民共和国商标法》（以下简称商标法），制定本条例。\n\n' +
    '第二条 本条例有关商品商标的规定，适用于服务商标，不适用《中华人民共和国广告法》。\n',
)
const TRADEMARK_LAW = fileOf('商标法.md', '# 中华人民共和国商标法\n\n<!-- INFO END -->\n\n第一条 为了加强商标管理，制定本法。\n')
const SECURITY = fileOf(
  '担保制度解释.md',
  '# 最高人民法院关于适用《中华人民共和国民法典》有关担保制度的解释\n\n<!-- INFO END -->\n\n第一条 因抵押、质押发生的纠纷，适用本解释。\n',
)
const OLD_SECURITY = fileOf(
  '担保法解释.md',
  '# 最高人民法院关于适用《中华人民共和国担保法》若干问题的解释\n\n<!-- INFO END -->\n\n第一条 当事人对由民事关系产生的债权，依法设定的担保，可以认定为有效。\n',
)

describe('the laws a document is made under', () => {
  test('are named before its second article; amending decisions are none', () => {
    expect(basisOf(TRADEMARK_RULES)).toEqual(['商标法'])
  })
  test('or in its title', () => expect(basisOf(SECURITY)).toEqual(['民法典']))
  test('a law itself has none', () => expect(basisOf(TRADEMARK_LAW)).toEqual([]))
  test('以下简称《条例》 names none', () => {
    const text = '# 细则\n\n<!-- INFO END -->\n\n第一条 根据《中华人民共和国市场主体登记管理条例》（以下简称《条例》），制定本细则。\n'
    expect(basisOf(fileOf('细则.md', text))).toEqual(['市场主体登记管理条例'])
  })
})

describe('a law is missing', () => {
  test('where no document has its title', () => {
    expect(new Held([TRADEMARK_RULES]).missingFor(TRADEMARK_RULES)).toEqual(['商标法'])
    expect(new Held([TRADEMARK_RULES, TRADEMARK_LAW]).missingFor(TRADEMARK_RULES)).toEqual([])
  })

  test('where a part of it is: 民法典 without 物权编, or without 总则', () => {
    const named = (...names: string[]) => CODE_PARTS.filter(({ source }) => names.some((name) => source.includes(name)))
    expect(new Held([SECURITY, ...named('总则', '物权编')]).missingFor(SECURITY)).toEqual([])
    expect(new Held([SECURITY, ...named('总则', '附则')]).missingFor(SECURITY)).toEqual(['民法典'])
    expect(new Held([SECURITY, ...named('物权编')]).missingFor(SECURITY)).toEqual(['民法典'])
  })

  test('but not where a document says that it is repealed', () => {
    expect(new Held([OLD_SECURITY]).missingFor(OLD_SECURITY)).toEqual(['担保法'])
    const end = fileOf('附则.md', '# 附则\n\n<!-- INFO END -->\n\n第一千二百六十条 本法自2021年1月1日起施行。《中华人民共和国收养法》、《中华人民共和国担保法》同时废止。\n')
    expect(new Held([OLD_SECURITY, end]).missingFor(OLD_SECURITY)).toEqual([])
  })

  test('is counted over all documents and over those made under a law', () => {
    const held = new Held([TRADEMARK_RULES, TRADEMARK_LAW, SECURITY, OLD_SECURITY])
    expect(held.lacking).toEqual({ ofAll: 2 / 4, ofRules: 2 / 3 })
    expect(new Held([]).lacking).toEqual({ ofAll: 0, ofRules: 0 })
  })
})
