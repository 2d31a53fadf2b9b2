/** Decisions that amend: what they quote stays with the item that amends. */
import { expect, test } from 'vitest'
import { innermost, walk } from '../../src/clauses/address.ts'
import type { Document } from '../../src/types.ts'
import { documentOf, hasLaws, lawDocuments } from './sources.ts'
import { fileOf } from './versions.ts'

const paths = (document: Document): string[] =>
  [...walk(document)].map(innermost).filter(({ kind }) => kind === 'numbered').map(({ path }) => path.join('/'))

/** 全国人大常委会关于修改《中华人民共和国公司法》的决定, 2018, and as some copies print it, without quotation marks. */
const HEAD = '全国人民代表大会常务委员会关于修改《中华人民共和国公司法》的决定\n（2018年10月26日通过）\n'
const decision = (body: string): Document => documentOf(`${HEAD}${body}`, { bodyStart: HEAD.length })

test('quoted articles and their items are words of the amending item', () => {
  const document = decision(
    '一、将第一百四十二条修改为：“公司不得收购本公司股份。但是，有下列情形之一的除外：\n' +
      '（一）减少公司注册资本；\n（二）与持有本公司股份的其他公司合并。\n第一百四十三条 公司不得接受本公司的股票作为质押权的标的。”\n' +
      '二、删去第五十条。\n本决定自公布之日起施行。\n',
  )
  expect(paths(document)).toEqual(['一', '二'])
  expect(document.clauses.find(({ path }) => path[0] === '一')?.paragraphs).toHaveLength(4)
})

test('new words announced by ： go on to the next item', () => {
  const document = decision(
    '一、将第二十条改为第二十一条，修改为：\n第二十一条　公司的控股股东不得利用其关联关系损害公司利益。\n' +
      '违反前款规定，给公司造成损失的，应当承担赔偿责任。\n二、删去第五十条。\n',
  )
  expect(paths(document)).toEqual(['一', '二'])
})

test('captions among the new words head nothing', () => {
  const document = decision(
    '一、增加一章，作为第十三章，内容如下：\n附则\n第二百一十九条 本法自2006年1月1日起施行。\n' +
      '二、删去第五十条。\n',
  )
  const below = document.clauses.filter(({ kind }) => kind !== 'header')
  expect(below.map(({ kind, path }) => [kind, ...path])).toEqual([['numbered', '一'], ['numbered', '二']])
})

test('a law that says 修改为 and amends nothing is read as before', () => {
  const law = fileOf('a.md', '# 示范法\n\n<!-- INFO END -->\n\n第一条 增加投入，规定为：\n\n（一）甲；\n\n（二）乙。\n\n第二条 丙。\n')
  expect(paths(law)).toEqual(['第一条', '第一条/一', '第一条/二', '第二条'])
})

test.skipIf(!hasLaws)('第五十二条 of the amendment of 2018 holds the five articles it adds to the constitution', () => {
  const amendment = lawDocuments().find(({ source }) => source.endsWith('宪法修正案（2018年）.md'))!
  expect(paths(amendment)).toEqual(
    ['三十二', '三十三', '三十四', '三十五', '三十六', '三十七', '三十八', '三十九', '四十', '四十一', '四十二', '四十三', '四十四', '四十五']
      .concat(['四十六', '四十七', '四十八', '四十九', '五十', '五十一', '五十二'])
      .map((numeral) => `第${numeral}条`),
  )
})
