import { expect, test } from 'vitest'
import { findTwins, inferHeaders } from '../../src/clauses/twins.ts'
import type { ClauseId, DocumentId } from '../../src/types.ts'
import { SEEDS, documentOf, seed } from './sources.ts'

const seeds = SEEDS.map(seed)

test('the three sections of 000 and their items stand in 001 too, both ways', () => {
  const twins = findTwins(seeds)
  expect(twins.get('000#三/1' as ClauseId)).toEqual(['001#三/1'])
  expect(twins.get('001#三/1' as ClauseId)).toEqual(['000#三/1'])
  expect([...twins.keys()].filter((id) => id.startsWith('000#'))).toEqual([
    '000#三/1', '000#三/2', '000#三/3', '000#三/4', '000#三', '000#四/1', '000#四/2', '000#四/3', '000#四',
    '000#五/1', '000#五/2', '000#五/3', '000#五/4', '000#五/5', '000#五',
  ])
  expect(twins.size).toBe(30)
})

test('white space and the width of punctuation make no difference, words do', () => {
  const body = '深入推进杭州国家自主创新示范区建设,加快形成创新体系化能力'
  const one = documentOf(`一、甲\n1.${body}。`, { id: 'a' as DocumentId })
  const two = documentOf(`一、甲\n1.${body.replace(',', '，').replace('杭州', '杭州 ')}。`, { id: 'b' as DocumentId })
  const three = documentOf(`一、甲\n1.${body.replace('加快', '尽快')}。`, { id: 'c' as DocumentId })
  expect([...findTwins([one, two, three]).keys()].sort()).toEqual(['a#一', 'a#一/1', 'b#一', 'b#一/1'])
})

test('few words in common are no twins', () => {
  const one = documentOf('第一条 （一）管制；\n（二）拘役。', { id: 'a' as DocumentId })
  expect(findTwins([one, documentOf(one.text, { id: 'b' as DocumentId })]).size).toBe(0)
})

test('001, which has no title, is lent that of 000, marked as inferred', () => {
  const [, lent] = inferHeaders(seeds, findTwins(seeds))
  expect(lent?.header.title).toEqual({
    value: seeds[0]?.header.title?.value, from: 'inferred', basis: '000_76b057a27a625e20.txt',
  })
})

test('003, which repeats nobody, stays without a title', () => {
  expect(inferHeaders(seeds, findTwins(seeds))[3]?.header).toEqual({})
})
