/** Laws as long as wanted, of real articles numbered anew: from the library of laws where it is there, else from seeds/. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chineseNumeral } from '../../src/clauses/numerals.ts'
import { hasLaws, lawsFolder } from './laws.ts'

const ARTICLE = /^第[〇零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?[\s　]*/
const HEADING = /^(?:#|第[〇零一二三四五六七八九十百千]+[编章节]|<!--)/

/** The words of articles without their numbers, paragraphs as lines. */
export function realArticles(): readonly string[] {
  const folder = hasLaws ? lawsFolder : 'seeds'
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:md|txt)$/.test(name)).sort()
  const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split(/\r?\n/)
  return files.flatMap((name) => (hasLaws ? articlesIn(lines(name)) : lines(name).filter((line) => line.length > 40)))
}

function articlesIn(lines: readonly string[]): readonly string[] {
  const articles: string[][] = []
  let isInside = false
  for (const line of lines) {
    const words = line.trim()
    if (ARTICLE.test(words)) articles.push([words.replace(ARTICLE, '')])
    else if (isInside && words !== '' && !HEADING.test(words)) articles.at(-1)!.push(words)
    isInside = articles.length > 0 && !HEADING.test(words)
  }
  return articles.map((paragraphs) => paragraphs.join('\n')).filter((article) => article !== '')
}

export interface LongLaw {
  readonly text: string
  readonly articles: number
}

/** Goes on while `isEnough` says no, and takes the articles from the beginning again where they come to an end. */
export function longLaw(title: string, articles: readonly string[], isEnough: (count: number, bytes: number) => boolean): LongLaw {
  const lines = [title]
  let bytes = 0
  let count = 0
  while (!isEnough(count, bytes)) {
    const article = `第${chineseNumeral(count + 1)}条 ${articles[count % articles.length]}`
    lines.push(article)
    bytes += Buffer.byteLength(article) + 1
    count++
  }
  return { text: `${lines.join('\n')}\n`, articles: count }
}
