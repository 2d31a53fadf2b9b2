/** The operator's statements are taken, or refused with line and key. */
import { describe, expect, test } from 'vitest'
import { applyStatement, parseSidecar, relationsOf } from '../../src/documents/sidecar.ts'

const SOURCES = new Set(['决定.txt', '甲/附则.md'])
const parse = (yaml: string) => parseSidecar(yaml, 'documents.yaml', SOURCES)

describe('documents.yaml', () => {
  test('states titles, dates and short names, in block or flow style', () => {
    const sidecar = parse('documents:\n  决定.txt: {title: 市委决定, passed: 2022-12-30, shortNames: [决定]}\n  甲/附则.md:\n')
    expect([...sidecar]).toEqual([
      ['决定.txt', { title: '市委决定', passed: '2022-12-30', shortNames: ['决定'] }],
      ['甲/附则.md', {}],
    ])
  })

  test('may be empty', () => {
    expect(parse('# nothing yet\n').size).toBe(0)
    expect(parse('documents:\n').size).toBe(0)
  })

  test.each([
    ['documents:\n  决定.txt:\n    titel: 决定\n', '第 3 行：documents → 决定.txt → titel：没有这个字段；可用：title、issuer、documentNumber、passed、published、effective、amended、repealed、shortNames、versionOf、supersedes。请改正后重试。'],
    ['documents:\n  决定.txt:\n    title: 决定\n    passed: 2023年1月9日\n', '第 4 行：documents → 决定.txt → passed：日期须写作 2023-01-09。请改正后重试。'],
    ['documents:\n  决定.txt:\n    passed: 2023-02-30\n', '第 3 行：documents → 决定.txt → passed：没有这一天。请改正后重试。'],
    ['documents:\n  决定.txt: {}\n  没有.txt: {}\n', '第 3 行：没有.txt：文件夹里没有这个文件。请改正文件名，或删去这一条。'],
    ['documents:\n  决定.txt: {}\nfiles: 3\n', '第 3 行：files：没有这个字段；可用：documents。请改正后重试。'],
  ])('refuses %j', (yaml, message) => {
    expect(() => parse(yaml)).toThrow(expect.objectContaining({ code: 'sidecar-invalid', message: `documents.yaml ${message}` }))
  })

  test.each([
    ['the same file twice', 'documents:\n  决定.txt: {}\n  决定.txt: {}\n', '第 3 行'],
    ['broken YAML', 'documents:\n  决定.txt: {title: [}\n', '第 2 行'],
    ['a short name that is no text', 'documents:\n  决定.txt:\n    shortNames: [1]\n', '第 3 行'],
    ['an alias bomb', `documents:\n  决定.txt:\n    shortNames: &a [x]\n${Array.from({ length: 30 }, (_, i) => `k${i}: *a`).join('\n')}\n`, '第'],
  ])('refuses %s', (_, yaml, line) => {
    expect(() => parse(yaml)).toThrow(expect.objectContaining({ code: 'sidecar-invalid', message: expect.stringContaining(line) }))
  })
})

test('the operator’s word stands in place of the text’s, and null takes it away', () => {
  const read = { title: { value: '深化改革', from: 'text' as const, span: { start: 0, end: 4 } }, issuer: { value: '市委', from: 'text' as const } }
  expect(applyStatement(read, { title: null, published: '2024-02-19' })).toEqual({
    issuer: { value: '市委', from: 'text' },
    published: { value: '2024-02-19', from: 'operator' },
  })
})

test('what the operator says of versions: repealed is a fact of the header, versionOf and supersedes are relations', () => {
  const yaml = 'documents:\n  决定.txt:\n    repealed: 2021-01-01\n    supersedes: 旧决定.txt\n    versionOf: 关于人才工作的决定\n'
  const statement = parse(yaml).get('决定.txt')
  expect(applyStatement({}, statement)).toEqual({ repealed: { value: '2021-01-01', from: 'operator' } })
  expect(relationsOf(statement)).toEqual({ versionOf: '关于人才工作的决定', supersedes: '旧决定.txt' })
  expect(relationsOf({})).toBeUndefined()
  expect(relationsOf({ repealed: null })).toEqual({ inForce: true })
})
