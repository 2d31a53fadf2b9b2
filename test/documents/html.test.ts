/** A page of a government site becomes lines. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { htmlCharset, htmlToText } from '../../src/documents/html.ts'
import { readBytes } from '../../src/documents/read.ts'

describe('a web page as text', () => {
  test('blocks are lines, a table row is a line with its header words; menu, script, style and page title are left out', async () => {
    const { text } = await readBytes(readFileSync('test/fixtures/documents/notice.html'), 'notice.html')
    expect(text.split('\n')).toEqual([
      '当前位置：首页 > 政务公开 > 文件',
      '关于公布市级行政规范性文件目录的通知',
      '发布时间：2023-03-01\u00a0\u00a0来源：市司法局',
      '杭政办〔2023〕3号',
      '各区、县（市）人民政府：',
      '一、范围。研发投入<4%>的',
      '单位——含八大类。',
      '序号：1，名称：人才办法。',
      '二、本通知自2023年4月1日起施行。',
      '分享到：',
      '版权所有：市司法局',
      '',
    ])
  })

  test('a table that lays out the page keeps the lines of its cells', () => {
    const page = '<table><tr><td>左栏<td><p>第一条<p>第二条<p>第三条<p>第四条</table>'
    expect(htmlToText(page)).toBe('左栏\n第一条\n第二条\n第三条\n第四条\n')
    expect(htmlToText('<table><tr><td>标题<table><tr><td>甲<td>乙</table></table>')).toBe('标题\n甲\n乙\n')
  })

  test('line ends in the source are blanks, except in preformatted text', () => {
    expect(htmlToText('<p>第一条\n为了</p><pre>甲\n乙</pre>')).toBe('第一条 为了\n甲\n乙\n')
  })

  test('half a million unclosed elements are refused, not waited for', () => {
    expect(() => htmlToText('<div>'.repeat(500_000), 'a.html')).toThrow('a.html 的标签嵌套超过 5000 层，未读取。请另存为 txt。')
  })

  test('the charset a page names is its own', () => {
    expect(htmlCharset(Buffer.from('<meta charset="GB2312">'))).toBe('gbk')
    expect(htmlCharset(Buffer.from('<meta content="text/html; charset=big5">'))).toBe('big5')
    expect(htmlCharset(Buffer.from('<meta charset="nonsense">'))).toBeUndefined()
  })
})
