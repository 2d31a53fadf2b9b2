import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { frequencyIn, translateQuestion } from '../../src/questions/english.ts'
import { glossKey } from '../../src/questions/cedict.ts'
import { stem } from '../../src/questions/stem.ts'
import { analyse } from '../../src/questions/question.ts'
import { KeywordPart } from '../../src/retrieval/keyword-part.ts'
import { Keywords } from '../../src/retrieval/keywords.ts'
import type { Library } from '../../src/retrieval/library.ts'

const seeds = [
  '000_76b057a27a625e20.txt',
  '001_c3e04e6f9f8af2f3.txt',
  '002_19591aa6ab4e6a68.txt',
  '003_64014263bb8856a1.txt',
  '004_16cbea4428e1ec43.txt',
].map((name) => readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8'))
const paragraphs = seeds.flatMap((text) => text.split('\n'))
const documents = seeds.map((text) => ({ text }))
const library = { documents, keywords: new Keywords(await KeywordPart.build(paragraphs)) } as unknown as Library
const frequency = frequencyIn(library)
const translate = (question: string): string => translateQuestion(question, frequency).text

/** The first translation reads CC-CEDICT. */
beforeAll(() => void translate('reform'), 60_000)

describe('English becomes the words of the documents', () => {
  it.each([
    ['Which three business districts are to be upgraded?', '提升的三个商圈有哪些'],
    ['What are the two trillion-yuan industrial clusters?', '两个万亿产业集群有哪些'],
    ['What are the measures to support private enterprises?', '支持民营企业的措施有哪些'],
    ['What is the goal for the digital economy?', '数字经济的目标是什么'],
    ['When will the Asian Games be held?', '亚运会召开什么时候'],
  ])('%s', (english, chinese) => {
    expect(translate(english)).toBe(chinese)
  })
})

describe('times and figures follow rules', () => {
  it.each([
    ['in the next five years', '未来五年'],
    ['June 29, 2022', '2022年6月29日'],
    ['by 2035', '2035年'],
    ['14th Five-Year Plan', '十四五规划'],
    ['graduates under 35', '35岁以下'],
    ['5 million yuan', '500万元'],
    ['1.2 trillion yuan', '1.2万亿元'],
    ['6,000 homes', '6000'],
    ['4 percent', '4%'],
    ['within three years', '三年'],
    ['the G60 corridor', 'G60'],
    ['part 3, article 2', '第三部分第2条'],
    ['500,000 college students under 35', '35岁以下大学生50万名'],
    ['What is the total in billion yuan?', '多少元'],
  ])('%s', (english, chinese) => {
    expect(translate(english)).toContain(chinese)
  })
})

describe('the question word says what form the answer has', () => {
  it.each([
    ['How many reform projects are the focus of 2024?', 'figure', '个'],
    ['How many college students will be attracted?', 'figure', '名'],
    ['What share of GDP is spent on research and development?', 'figure', '%'],
    ['When was the decision adopted?', 'time', undefined],
    ['Who is in charge of the reform?', 'who', undefined],
    ['Where is the demonstration zone?', 'where', undefined],
    ['What are the key tasks?', 'list', undefined],
    ['Will the purchase restriction be cancelled?', 'whether', undefined],
  ] as const)('%s', (english, asks, unit) => {
    const question = analyse(translate(english))
    expect(question.asks).toBe(asks)
    expect(question.unit?.name).toBe(unit)
  })
})

describe('places', () => {
  it('a city is named though the documents never name it, so that the answer can be declined', () => {
    expect(analyse(translate('How many subway lines are there in Harbin?')).places).toEqual(['哈尔滨市'])
  })

  it('a district written in pinyin is found in the documents', () => {
    expect(translate('the reform of Yuhang')).toContain('余杭')
  })
})

describe('what is not understood is counted', () => {
  it('all words found', () => {
    expect(translateQuestion('common prosperity and the digital economy', frequency).covered).toBe(1)
  })

  it('no word found', () => {
    expect(translateQuestion('xylophone quokka', frequency)).toEqual({ text: '', covered: 0 })
  })
})

describe('stems', () => {
  it.each([
    ['cities', 'city'],
    ['upgraded', 'upgrade'],
    ['planning', 'plan'],
    ['enterprises', 'enterprise'],
    ['held', 'hold'],
    ['building', 'build'],
    ['policies', 'policy'],
  ])('%s is a form of %s', (form, word) => {
    expect(stem(form)).toBe(stem(word))
  })

  it('a gloss is looked up without article and infinitive mark', () => {
    expect(glossKey('to adopt (a resolution)')).toBe(`${stem('adopt')} ${stem('resolution')}`)
  })
})
