/** Words that say which version of a law is meant. */
import { describe, expect, test } from 'vitest'
import { knownNames } from '../../src/clauses/names.ts'
import { versionWords, withoutVersionWords } from '../../src/questions/version-words.ts'
import { COMPANY, fileOf } from '../clauses/versions.ts'

const planning = fileOf('城乡规划法.md', '# 中华人民共和国城乡规划法\n\n<!-- INFO END -->\n\n第一条 为了加强城乡规划管理，制定本法。\n')
const names = knownNames([...COMPANY, planning])

const read = (text: string): unknown[] | undefined => {
  const words = versionWords(text, names)
  return words && [words.asked, withoutVersionWords(text, words)]
}

describe('versions asked for', () => {
  test.each([
    ['2018年版公司法第二十六条', { kind: 'year', year: '2018' }, '公司法第二十六条'],
    ['《公司法》（2018修正）第二十六条', { kind: 'year', year: '2018' }, '《公司法》第二十六条'],
    ['2005年修订的《公司法》怎么规定首次出资额？', { kind: 'year', year: '2005' }, '《公司法》怎么规定首次出资额？'],
    ['2018年的公司法第一条', { kind: 'year', year: '2018', loose: true }, '公司法第一条'],
    ['旧公司法第二十六条', { kind: 'previous' }, '公司法第二十六条'],
    ['修正前的《公司法》第二十六条', { kind: 'previous' }, '《公司法》第二十六条'],
    ['公司法修订前第二十六条', { kind: 'previous' }, '公司法第二十六条'],
    ['2018年修正前的公司法第一条', { kind: 'day', day: '2017-12-31' }, '公司法第一条'],
    ['新公司法对注册资本有什么要求？', { kind: 'newest' }, '公司法对注册资本有什么要求？'],
    ['尚未施行的公司法第一条', { kind: 'newest' }, '公司法第一条'],
    ['2005年时，公司首次出资额不得低于多少？', { kind: 'day', day: '2005-12-31' }, '公司首次出资额不得低于多少？'],
    ['2020年2月施行的时候公司法第一条', undefined, undefined],
    ['2020年2月的时候公司法第一条', { kind: 'day', day: '2020-02-29' }, '公司法第一条'],
  ])('%s', (text, asked, rest) => expect(read(text)).toEqual(asked && [asked, rest]))

  test.each(['城乡规划法对修改前的规划怎么说？', '旧住宅区怎么改造？', '2023年度的目标是什么？', '新能源汽车有多少辆？', '2022年版图'])(
    '%s says nothing of versions',
    (text) => expect(read(text)).toBeUndefined(),
  )
})
