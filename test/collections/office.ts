/**
 * An office with a collection that not everybody may see: the seeds and some rules of its own in one folder, in another
 * rules with words found nowhere else, an older version of a public rule, and what shares its clauses and cites it. The
 * same office without the second folder is what whoever may not see it should find.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApp, type App } from '../../src/app.ts'
import { openSqliteStorage, type Storage } from '../../src/state/sqlite-storage.ts'
import { readConfig, type Config } from '../../src/config.ts'
import type { Embedder } from '../../src/embedding/embedder.ts'
import { Sights } from '../../src/sights.ts'

/** Words of the secret collection alone: of titles, of texts, of file names; never of what anybody else has. */
export const CANARIES = ['赤霄', '玄蜃', '璇玑', '鸾台', '绝密夹', '卯金刀'] as const

const REST = [
  '工作人员在边远岗位连续工作满三年的，由所在单位逐月发放岗位补助，不得拖欠。',
  '单位应当于每年十二月十五日前公示补助名单，公示期不少于七个工作日。',
  '对补助有异议的，可以自公示之日起十个工作日内向人事部门书面提出，人事部门应当在二十日内答复。',
] as const

const ALLOWANCE = (year: string, months: string) => `某市赤霄津贴发放办法
（${year}年3月1日某市人民政府发布）
第一条 为了规范赤霄津贴的发放，根据《某市档案管理条例》和《某市值班管理规定》，制定本办法。
第二条 本办法所称玄蜃岗位，是指连续执行夜间值守任务的岗位。
第三条 玄蜃岗位的津贴标准为每月${months}元，由璇玑专户列支。
第四条 ${REST[0]}
第五条 ${REST[1]}
第六条 ${REST[2]}
第七条 本办法自${year}年4月1日起施行。
`

export const SECRET: Readonly<Record<string, string>> = {
  '卯金刀-津贴.txt': ALLOWANCE('2024', '1,870'),
  '卯金刀-津贴（旧）.txt': ALLOWANCE('2019', '1,330'),
  '条例2015.txt': `某市档案管理条例
（2015年6月1日某市人民代表大会常务委员会通过）
第一条 为了加强鸾台档案的管理，制定本条例。
第二条 档案的保管期限分为永久和定期，定期为五年。
第三条 鸾台档案由专人保管，借阅须经两名负责人签字。
第四条 本条例自2015年7月1日起施行。
`,
  '坏.pdf': '卯金刀：这不是 PDF',
}

export const PUBLIC: Readonly<Record<string, string>> = {
  '条例2020.txt': `某市档案管理条例
（2020年6月1日某市人民代表大会常务委员会通过）
第一条 为了加强档案的管理，制定本条例。
第二条 档案的保管期限分为永久和定期，定期为十年。
第三条 档案由专人保管，借阅须经一名负责人签字。
第四条 本条例自2020年7月1日起施行。
`,
  '值班.txt': `某市值班管理规定
（2021年2月1日某市人民政府发布）
第一条 为了规范值班工作，制定本规定。
第二条 值班分为日间值班和夜间值班，夜间值班不得少于两人。
第三条 夜间值班的补助按照有关规定执行。
第四条 ${REST[0]}
第五条 本规定自2021年3月1日起施行。
`,
  // without a title: what it repeats gives it one
  '摘录.txt': `第四条 ${REST[0]}
第五条 ${REST[1]}
第六条 ${REST[2]}
第七条 领取补助的，应当如实登记。
`,
}

export interface Office extends App {
  readonly config: Config
  readonly log: string[]
  /** Closes it, and nothing of it stays on the disk. */
  leave(): Promise<void>
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

export interface OfficeOptions {
  readonly secret: boolean
  readonly embedder?: Embedder
  /** Without the copy that has no title. */
  readonly titled?: boolean
}

export async function office({ secret, embedder, titled }: OfficeOptions): Promise<Office> {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-office-'))
  const folders = [join(home, 'seeds'), join(home, '办公室'), ...(secret ? [join(home, '绝密夹')] : [])]
  cpSync('seeds', folders[0]!, { recursive: true })
  const { '摘录.txt': excerpt, ...others } = PUBLIC
  write(folders[1]!, titled || excerpt === undefined ? others : PUBLIC)
  if (secret) write(folders[2]!, SECRET)
  const config: Config = {
    ...readConfig({ TIAOWEN_SEEDS: 'off', TIAOWEN_MODEL_DIR: 'off' }),
    folders,
    dataFolder: join(home, 'data'),
    indexFolder: join(home, 'index'),
  }
  const log: string[] = []
  const app = await openApp(config, { log: (line) => void log.push(line), ...(embedder && { embedder }) })
  await app.settled
  const leave = async () => {
    await app.close()
    rmSync(home, { recursive: true, force: true })
  }
  return Object.assign(app, { config, log, leave })
}

const BY = { by: 'test' }

/** The collection of the secret folder, a key that was given it, and one that was not. */
export interface Rules {
  readonly storage: Storage
  readonly sights: Sights
  /** Id of the collection. */
  readonly collection: string
}

export async function rulesOf({ config }: Office): Promise<Rules> {
  const storage = openSqliteStorage(join(config.dataFolder, 'state.sqlite'))
  const { id } = await storage.access.createCollection('绝密', BY)
  await storage.access.changeCollection(id, { folders: ['绝密夹'] }, BY)
  return { storage, sights: new Sights(config.dataFolder, storage.access), collection: id }
}

/** Whether what was told tells of the collection: its words, ids and file names. */
export function leaksIn(told: unknown, ids: readonly string[]): readonly string[] {
  const words = typeof told === 'string' ? told : JSON.stringify(told)
  const plain = [words, unescaped(words), decoded(words)].join('\n')
  return [...CANARIES, ...ids].filter((one) => plain.includes(one))
}

const unescaped = (words: string) => words.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

function decoded(words: string): string {
  return words.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

/** What somebody tries who has heard of it: its titles, words, clauses and days, whole and in part. */
export function probes(): readonly string[] {
  const titles = ['某市赤霄津贴发放办法', '赤霄津贴发放办法', '赤霄津贴', '某市赤霄津贴', '卯金刀-津贴', '津贴发放办法', '津贴办法']
  const clauses = ['第一条', '第二条', '第三条', '第三条第一款', '第四条', '第七条', '第九条', '第二条至第四条', '第一章']
  const asked = ['是什么？', '规定了什么？', '有几条？', '什么时候施行？', '还有效吗？', '2019年版是什么？', '的旧版怎么说？']
  const words = Object.values(SECRET).join('').split(/[\n，。；、：（）]/).filter((part) => part.length >= 4)
  const years = ['2015年的', '2019年的', '现行的', '2016年1月1日时', '2020年以前的']
  return [
    ...titles.flatMap((title) => [
      ...clauses.map((clause) => `《${title}》${clause}`),
      ...asked.map((words) => `《${title}》${words}`),
      `${title}${clauses[2]}规定了什么？`,
    ]),
    ...words.flatMap((part) => [part, `${part}吗？`, `什么是${part}？`]),
    ...years.flatMap((year) => [`${year}《某市档案管理条例》第二条`, `${year}档案保管期限是几年？`]),
    ...['玄蜃岗位每月多少元？', '玄辰岗位津贴', '玄蜃岗', '璇玑专户', '璇机专户由谁列支？', '鸾台档案由谁保管？', '夜间值班的补助', '岗位补助逐月发放', '哪些文件被引用最多？', '一共有几份文件？', '某市有哪些办法？', '赤xiao津贴', '1,870元', '1330元'],
  ]
}
