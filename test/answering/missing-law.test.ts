/** Questions whose law is missing, over the rules made under it. */
import { describe, expect, test } from 'vitest'
import { heldIn, missingLaw } from '../../src/answering/missing-law.ts'
import { LocalAssistant } from '../../src/answering/local-assistant.ts'
import { findTwins } from '../../src/clauses/twins.ts'
import type { Answer, AskRequest, Document, DocumentId } from '../../src/types.ts'
import { fileOf } from '../clauses/versions.ts'
import { libraryOf } from '../library.ts'
import { evidenceOf } from './seeds.ts'

const law = (name: string, ...articles: string[]): Document =>
  fileOf(`${name}.md`, `# ${name}\n\n<!-- INFO END -->\n\n${articles.join('\n\n')}\n`)

const TRADEMARK_LAW = law(
  '中华人民共和国商标法',
  '第一条 为了加强商标管理，保护商标专用权，促使生产、经营者保证商品和服务质量，维护商标信誉，制定本法。',
  '第二条 国务院工商行政管理部门商标局主管全国商标注册和管理的工作。',
  '第四十三条 商标注册人可以通过签订商标使用许可合同，许可他人使用其注册商标。许可人应当监督被许可人使用其注册商标的商品质量。',
)
const TRADEMARK_RULES = law(
  '中华人民共和国商标法实施条例',
  '第一条 根据《中华人民共和国商标法》（以下简称商标法），制定本条例。',
  '第二条 本条例有关商品商标的规定，适用于服务商标。',
  '第六十九条 许可他人使用其注册商标的，许可人应当在许可合同有效期内向商标局备案并报送备案材料。备案材料应当说明注册商标使用许可人、被许可人、许可期限、许可使用的商品或者服务范围等事项。',
)
/** Laws of other fields with rules made under them, so that rules do not mostly lack their law. */
const OTHERS = [
  law('中华人民共和国导游人员管理条例', '第一条 为了规范导游活动，制定本条例。', '第二条 导游人员进行导游活动，必须经旅行社委派。'),
  law('导游管理办法', '第一条 根据《中华人民共和国导游人员管理条例》，制定本办法。', '第二条 导游应当佩戴导游证。'),
  law('中华人民共和国铁路法', '第一条 为了保障铁路运输，制定本法。', '第二条 本法所称铁路，包括国家铁路、地方铁路。'),
  law('铁路安全管理条例', '第一条 根据《中华人民共和国铁路法》，制定本条例。', '第二条 铁路安全管理坚持安全第一的方针。'),
]
const QUESTION = '自己的商标拿给朋友的厂子去用，要签什么样的合同，质量出了差错归谁管？'

async function ask(documents: readonly Document[], request: AskRequest): Promise<Answer> {
  const { library } = await libraryOf({ documents, twins: findTwins(documents) })
  const assistant = new LocalAssistant({
    library: () => library,
    textOf: async () => undefined,
    status: () => ({ ready: true, retrieval: 'keyword', generation: null, embedder: null, vectors: null, documents: 0, clauses: 0, chunks: 0, fallbacks: [] }),
    log: (message) => expect.unreachable(message),
  })
  for await (const event of assistant.ask(request)) if (event.type === 'done') return event.answer
  throw new Error('no end')
}

describe('a trademark given to another to use', () => {
  test('is answered where 商标法 is there', async () => {
    const answer = await ask([TRADEMARK_LAW, TRADEMARK_RULES, ...OTHERS], { question: QUESTION })
    expect(answer.outcome).toBe('answered')
  })

  test('is declined over the rules alone; the law that is missing is named, the nearest words quoted', async () => {
    const answer = await ask([TRADEMARK_RULES, ...OTHERS], { question: QUESTION })
    expect(answer.outcome).toBe('declined')
    expect(answer.reason).toBe('no-evidence')
    expect(answer.text).toMatch(
      /^所查的文件中没有这个问题所依据的法律，不能据此回答。缺少的是：《商标法》。最接近的原文是：《中华人民共和国商标法实施条例》/,
    )
  })

  test('and where the request leaves 商标法 out', async () => {
    const documents = [TRADEMARK_RULES, ...OTHERS].map(({ id }): DocumentId => id)
    const answer = await ask([TRADEMARK_LAW, TRADEMARK_RULES, ...OTHERS], { question: QUESTION, documents })
    expect(answer.text).toContain('缺少的是：《商标法》。')
  })

  test('but not over rules that mostly lack their law: these are what there is', async () => {
    expect((await ask([TRADEMARK_RULES], { question: QUESTION })).outcome).toBe('answered')
  })

  test('nor where the question names the rules', async () => {
    const answer = await ask([TRADEMARK_RULES, ...OTHERS], { question: '商标法实施条例对许可他人使用注册商标有什么要求？' })
    expect(answer.outcome).toBe('answered')
  })
})

describe('a clause that holds three tenths of the question by weight answers it', () => {
  const rules = evidenceOf(TRADEMARK_RULES, '许可人应当在许可合同有效期内向商标局备案并报送备案材料')
  const documents = [TRADEMARK_RULES, ...OTHERS]
  const having = (keywords?: number) => ({ ...rules, found: { ...rules.found, ...(keywords === undefined ? {} : { keywords }) } })
  test.each([
    [0.29, '商标法'],
    [0.3, undefined],
    [undefined, undefined],
  ])('%s', (keywords, missing) => {
    const lead = having(keywords)
    expect(missingLaw([lead.found], lead, heldIn({ documents }))).toBe(missing)
  })
})
