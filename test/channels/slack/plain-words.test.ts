import { expect, test } from 'vitest'
import { plainWords } from '../../../src/channels/slack/plain-words.ts'

test.each([
  ['<@U0BOT> 城西科创大走廊的规划范围是什么？', '城西科创大走廊的规划范围是什么？'],
  ['请问<@U0BOT>人才引进有哪些补助', '请问 人才引进有哪些补助'],
  ['<@U0BOT|tiaowen> R&amp;D 投入强度 &lt;4% 还是 &gt;4%？', 'R&D 投入强度 <4% 还是 >4%？'],
  ['<https://www.zj.gov.cn/a?b=1&amp;c=2|省政府网站> 上的决定', '省政府网站 上的决定'],
  ['<https://www.zj.gov.cn/a> 上的决定', 'https://www.zj.gov.cn/a 上的决定'],
  ['<#C0123|政策> 里说的 <#C0124> 决定', '#政策 里说的 决定'],
  [
    '<@U0002|王工> 问：<!here> <!subteam^S1|@政策组> <!date^1700000000^{date}|11月14日> 的文件',
    '@王工 问： @政策组 11月14日 的文件',
  ],
  ['<mailto:a@zj.gov.cn|a@zj.gov.cn> 收不收', 'a@zj.gov.cn 收不收'],
  ['&amp;lt; 是什么', '&lt; 是什么'],
  ['<@U0BOT>', ''],
])('%s', (text, words) => {
  expect(plainWords(text, 'U0BOT')).toBe(words)
})

test('who the robot is unknown: the mention at the beginning is taken for it', () => {
  expect(plainWords(' <@U0X1> <@U0002|王工> 问什么')).toBe('@王工 问什么')
})
