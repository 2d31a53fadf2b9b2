import { describe, expect, it, test } from 'vitest'
import { standAlone } from '../../src/questions/conversation.ts'
import type { Turn } from '../../src/types.ts'

const asked = (...questions: string[]): Turn[] => questions.map((content) => ({ role: 'user', content }))

describe('a follow-up is made to stand alone', () => {
  test.each([
    ['another time', '未来五年全社会研发投入强度要超过多少？', '那2035年呢？', '2035年全社会研发投入强度要超过多少？'],
    ['another place', '杭州的人均可支配收入目标是多少', '宁波呢？', '宁波的人均可支配收入目标是多少'],
    ['the next clause', '《决定》第三部分第2条', '下一条呢', '《决定》第三部分第3条'],
    ['the clause before', '《决定》第三部分第二条', '上一条', '《决定》第三部分第一条'],
    ['the next clause, asked with words', '决定第三部分第2条讲什么', '那下一条讲什么？', '决定第三部分第3条讲什么'],
    ['the next clause by its mark', '规划建议（七）讲什么', '下一条呢', '规划建议（八）'],
    ['the next clause of a printed address', '决定三、2', '下一条', '决定三、3'],
    ['the next part after one of its clauses', '《决定》第三部分第4条', '下一部分呢', '《决定》第四部分'],
    ['the next article after one of its paragraphs', '民法典第十二条第二款', '下一条', '民法典第十三条'],
    ['another clause of the part', '《决定》第三部分第2条', '第3条呢？', '《决定》第三部分第3条'],
    ['an item of the clause', '第二部分第2条', '那第（三）项呢', '第二部分第2条第（三）项'],
    ['what it points at', '大走廊决定讲了哪几部分', '它是哪天通过的？', '大走廊决定是哪天通过的'],
    ['another thing', '2024年要新引育多少名顶尖人才？', '各类领军人才呢？', '2024年要各类领军人才多少名顶尖人才？'],
  ])('%s: %s → %s', (_, before, follow, question) => {
    expect(standAlone(follow, asked(before))).toEqual({ question, insufficient: false })
  })

  it('through turns that lean on turns before them; what the assistant said is not read', () => {
    const history: Turn[] = [
      ...asked('《决定》第三部分第2条'),
      { role: 'assistant', content: '《决定》第九部分第1条' },
      ...asked('下一条呢'),
    ]
    expect(standAlone('下一条呢', history).question).toBe('《决定》第三部分第4条')
  })
})

describe('a question that needs no history', () => {
  test.each(['未来五年全社会研发投入强度要超过多少？', '《决定》第三部分第2条', '五大产业生态圈包括哪些'])('%s', (question) => {
    expect(standAlone(question, asked('大走廊决定是谁通过的'))).toEqual({ question, insufficient: false })
    expect(standAlone(question, [])).toEqual({ question, insufficient: false })
  })
})

describe('the rules do not suffice', () => {
  test.each(['那2035年呢？', '下一条呢', '它是哪天通过的？', '那宁波呢', '那呢？'])('%s, asked first', (question) => {
    expect(standAlone(question, [])).toEqual({ question, insufficient: true })
  })

  it('a next clause after a question that names none', () => {
    expect(standAlone('下一条呢', asked('研发投入强度是多少')).insufficient).toBe(true)
  })

  it('a number alone is a reference of its own, and an unlinked question is left to the search', () => {
    expect(standAlone('第3条呢', [])).toEqual({ question: '第3条呢', insufficient: false })
    expect(standAlone('那亚运会呢', [])).toEqual({ question: '那亚运会呢', insufficient: false })
  })
})
