/** Rows of tables, as pages, Markdown and Word have them, become lines that can be quoted alone. */
import { describe, expect, test } from 'vitest'
import { units } from '../../src/chunks/sentences.ts'
import { outline } from '../../src/clauses/outline.ts'
import { htmlToText } from '../../src/documents/html.ts'
import { tellTables } from '../../src/documents/markdown-tables.ts'
import { documentOf } from '../clauses/sources.ts'

/** Rows with bars between the cells, `级别|补贴`, as the rows of a page; `!` marks a header cell, `^` and `<` its spans. */
const tableOf = (...rows: readonly string[]): string => {
  const cells = (row: string) => row.split('|').map((cell) => {
    const [, mark, down, across, words] = /^(!?)(\^*)(<*)(.*)$/.exec(cell) ?? []
    return `<${mark ? 'th' : 'td'} rowspan=${(down?.length ?? 0) + 1} colspan=${(across?.length ?? 0) + 1}>${words}`
  })
  return `<table>${rows.map((row) => `<tr>${cells(row).join('')}`).join('')}</table>`
}
const linesOf = (...rows: readonly string[]): string[] => htmlToText(tableOf(...rows)).trimEnd().split('\n')

describe('a row of a table', () => {
  test('names the header cell of each of its cells, and is one unit', () => {
    const [line = ''] = linesOf('!级别|!补贴标准|!条件', 'A类|100万元|全职在杭工作')
    expect(line).toBe('级别：A类，补贴标准：100万元，条件：全职在杭工作。')
    expect(units(line, { start: 0, end: line.length }, 60)).toHaveLength(1)
  })

  test('without a marked header, labels over other cells are the header', () => {
    expect(linesOf('序号|材料名称', '1|身份证', '2|学历证书')).toEqual([
      '序号：1，材料名称：身份证。',
      '序号：2，材料名称：学历证书。',
    ])
    expect(linesOf('地名|2021|2025', '余杭|3.1|4.0')).toEqual(['| 地名 | 2021 | 2025 |', '| 余杭 | 3.1 | 4.0 |'])
    expect(linesOf('地名|起点|终点', '余杭|3.1|4.0')).toEqual(['地名：余杭，起点：3.1，终点：4.0。'])
  })

  test('labels on the left are the header of what stands to their right', () => {
    expect(linesOf('项目名称|苕溪治理工程', '建设单位|市水务局', '法定代表人|张三')).toEqual([
      '项目名称：苕溪治理工程。',
      '建设单位：市水务局。',
      '法定代表人：张三。',
    ])
    expect(linesOf('!姓名|张三|!职务|局长')).toEqual(['姓名：张三，职务：局长。'])
  })

  test('merged cells count wherever they reach, two header rows are read from above', () => {
    expect(
      linesOf('^级别|<补贴|^条件', '市级|区级', '^A类|5万元|3万元|本科', '<无|硕士', 'B类|1万元||'),
    ).toEqual([
      '级别：A类，补贴·市级：5万元，补贴·区级：3万元，条件：本科。',
      '级别：A类，补贴·市级、补贴·区级：无，条件：硕士。',
      '级别：B类，补贴·市级：1万元。',
    ])
  })

  test('each sentence of a cell says which row it speaks of', () => {
    expect(linesOf('!序号|!级别|!条件|!补贴', '1|A类|在杭工作。年龄不超过45岁；|5万元')).toEqual([
      '序号：1，级别：A类，条件：在杭工作。级别：A类，条件：年龄不超过45岁；级别：A类，补贴：5万元。',
    ])
  })

  test('a row that would read as a clause stands between bars', () => {
    expect(linesOf('一、|加强领导', '二、|落实责任')).toEqual(['| 一、 | 加强领导 |', '| 二、 | 落实责任 |'])
    const [group] = linesOf('!类别|!名额', '<一、高层次人才', 'A类|3名')
    expect(group).toBe('| 一、高层次人才 |')
    const text = htmlToText(`<p>第一条 补贴如下：${tableOf('一、|甲', '二、|乙', '附件1|丙')}<p>第二条 自发布之日起施行。`)
    expect(outline(documentOf(text))).toBe(
      [
        '第一条  [article | 第一条 | 0–43]',
        '  ¶1 第一条 补贴如下：',
        '  ¶2 | 一、 | 甲 |',
        '  ¶3 | 二、 | 乙 |',
        '  ¶4 | 附件1 | 丙 |',
        '第二条  [article | 第二条 | 44–57]',
        '  ¶1 第二条 自发布之日起施行。',
        '',
      ].join('\n'),
    )
  })

  test('one column or one row lays out the page, a caption stands before the table', () => {
    expect(linesOf('第一条 甲', '第二条 乙')).toEqual(['第一条 甲', '第二条 乙'])
    expect(linesOf('左栏|右栏')).toEqual(['左栏', '右栏'])
    expect(htmlToText('<table><caption>表1 名额</caption><tr><th>类别<th>名额<tr><td>A类<td>3名</table>')).toBe(
      '表1 名额\n类别：A类，名额：3名。\n',
    )
    expect(linesOf('<2025年名额分配表', '类别|名额', 'A类|3名')).toEqual([
      '2025年名额分配表',
      '类别：A类，名额：3名。',
    ])
  })

  test('spans larger than the table are cut to it', () => {
    expect(htmlToText(`<table>${'<tr><td rowspan=60000 colspan=60000>甲'.repeat(2000)}</table>`)).toBe('甲\n'.repeat(2000))
  })
})

describe('a table in Markdown', () => {
  test('is told row by row, all else stays as received', () => {
    expect(tellTables('# 办法\r\n\r\n|级别|补贴|\r\n|---|:-:|\r\n|A类|5万元|\r\n| B\\|C | 3<br>万元 |\r\n\r\n附 | 则')).toBe(
      '# 办法\r\n\r\n级别：A类，补贴：5万元。\r\n级别：B|C，补贴：3 万元。\r\n\r\n附 | 则',
    )
  })

  test.each([
    ['in fenced code', '```\n|级别|补贴|\n|-|-|\n|A类|5万元|\n```\n'],
    ['in indented code', '    |级别|补贴|\n    |-|-|\n'],
    ['without the line of dashes', '|级别|补贴|\n|A类|5万元|\n'],
    ['with dashes for fewer cells', '级别 | 补贴\n---\n'],
  ])('%s is left as it stands', (_, text) => {
    expect(tellTables(text)).toBe(text)
  })

  test('cells beyond the last header belong to the last one', () => {
    expect(tellTables('级别|补贴\n-|-\nA类|5万元|含税\n')).toBe('级别：A类，补贴：5万元 含税。\n')
  })
})
