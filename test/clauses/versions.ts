/** Versions, parts and repeals of real laws, a few articles each, read as files are. */
import { parseDocument } from '../../src/clauses/tree.ts'
import { readHeader } from '../../src/documents/header.ts'
import type { Document, DocumentId, Header, Relations } from '../../src/types.ts'
import { sourceOf } from './sources.ts'

interface More {
  readonly header?: Header
  readonly relations?: Relations
}

/** A Markdown file as its bytes become a Document; its id is its name. */
export function fileOf(source: string, text: string, { header: stated = {}, relations }: More = {}): Document {
  const { header, bodyStart } = readHeader(text, 'md')
  return parseDocument(
    sourceOf(text, {
      id: source as DocumentId,
      source,
      format: 'md',
      textSha256: `${[...source].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)}`.padEnd(64, '0'),
      header: { ...header, ...stated },
      bodyStart,
      ...(relations ? { relations } : {}),
    }),
  )
}

const PASSED = '1993年12月29日 第八届全国人民代表大会常务委员会第五次会议通过'
const REVISED = '2005年10月27日 第十届全国人民代表大会常务委员会第十八次会议修订'
const AMENDED =
  '2018年10月26日 第十三届全国人民代表大会常务委员会第六次会议《关于修改〈中华人民共和国公司法〉的决定》第四次修正'
const FIRST =
  '第一条 为了规范公司的组织和行为，保护公司、股东和债权人的合法权益，维护社会经济秩序，促进社会主义市场经济的发展，制定本法。'

/** 公司法 as revised in 2005, as amended in 2018, as revised in 2023. */
export const COMPANY_2005 = fileOf(
  '公司法(2005-10-27).md',
  `# 中华人民共和国公司法\n\n${PASSED}\n\n${REVISED}\n\n2006年1月1日 施行\n\n<!-- INFO END -->\n\n${FIRST}\n\n` +
    '第二十六条 有限责任公司的注册资本为在公司登记机关登记的全体股东认缴的出资额。公司全体股东的首次出资额不得低于注册资本的百分之二十，也不得低于法定的注册资本最低限额，其余部分由股东自公司成立之日起两年内缴足；其中，投资公司可以在五年内缴足。\n\n' +
    '第一百四十二条 发起人持有的本公司股份，自公司成立之日起一年内不得转让。\n\n第二百一十九条 本法自2006年1月1日起施行。\n',
)
export const COMPANY_2018 = fileOf(
  '公司法(2018-10-26).md',
  `# 中华人民共和国公司法\n\n${PASSED}\n\n${REVISED}\n\n${AMENDED}\n\n<!-- INFO END -->\n\n${FIRST}\n\n` +
    '第二十六条 有限责任公司的注册资本为在公司登记机关登记的全体股东认缴的出资额。\n\n' +
    '法律、行政法规以及国务院决定对有限责任公司注册资本实缴、注册资本最低限额另有规定的，从其规定。\n\n' +
    '第一百四十二条 公司不得收购本公司股份。\n\n第二百一十八条 本法自2006年1月1日起施行。\n',
)
export const COMPANY_2023 = fileOf(
  '公司法(2023-12-29).md',
  `# 中华人民共和国公司法\n\n${PASSED}\n\n${REVISED}\n\n${AMENDED}\n\n` +
    '2023年12月29日 第十四届全国人民代表大会常务委员会第七次会议第二次修订\n\n2024年7月1日 施行\n\n<!-- INFO END -->\n\n' +
    '第一条 为了规范公司的组织和行为，保护公司、股东、职工和债权人的合法权益，完善中国特色现代企业制度，弘扬企业家精神，维护社会经济秩序，促进社会主义市场经济的发展，根据宪法，制定本法。\n\n' +
    '第二十六条 公司股东会、董事会的会议召集程序、表决方式违反法律、行政法规或者公司章程，或者决议内容违反公司章程的，股东自决议作出之日起六十日内，可以请求人民法院撤销。\n\n' +
    '第四十七条 有限责任公司的注册资本为在公司登记机关登记的全体股东认缴的出资额。全体股东认缴的出资额由股东按照公司章程的规定自公司成立之日起五年内缴足。\n\n' +
    '第二百六十六条 本法自2024年7月1日起施行。\n',
)
export const COMPANY = [COMPANY_2023, COMPANY_2005, COMPANY_2018] as const

const CODE = '2020年5月28日 第十三届全国人民代表大会第三次会议通过'
const codePart = (name: string, body: string, since = '2021年1月1日 施行\n\n'): Document =>
  fileOf(`民法典/${name}.md`, `# 中华人民共和国民法典\n\n# ${name}\n\n${CODE}\n\n${since}<!-- INFO END -->\n\n${body}\n`)

/** 民法典 in four of its eight files; 婚姻家庭编 does not say since when it is in force. */
export const CODE_PARTS = [
  codePart(
    '婚姻家庭编',
    '## 第一章  一般规定\n\n第一千零四十条 本编调整因婚姻家庭产生的民事关系。\n\n第一千零四十二条 禁止包办、买卖婚姻和其他干涉婚姻自由的行为。禁止借婚姻索取财物。\n\n禁止重婚。禁止有配偶者与他人同居。\n\n禁止家庭暴力。禁止家庭成员间的虐待和遗弃。',
    '',
  ),
  codePart(
    '总则',
    '## 第一章  基本规定\n\n第一条 为了保护民事主体的合法权益，调整民事关系，维护社会和经济秩序，适应中国特色社会主义发展要求，弘扬社会主义核心价值观，根据宪法，制定本法。\n\n## 第十章  期间计算\n\n第二百零三条 期间的最后一日是法定休假日的，以法定休假日结束的次日为期间的最后一日。\n\n第二百零四条 期间的计算方法依照本法的规定，但是法律另有规定或者当事人另有约定的除外。',
  ),
  codePart(
    '物权编',
    '## 第一章  一般规定\n\n第二百零五条 本编调整因物的归属和利用产生的民事关系。\n\n第二百零六条 国家坚持和完善公有制为主体、多种所有制经济共同发展，按劳分配为主体、多种分配方式并存，社会主义市场经济体制等社会主义基本经济制度。',
  ),
  codePart(
    '附则',
    '##\n\n第一千二百五十九条 民法所称的“以上”、“以下”、“以内”、“届满”，包括本数；所称的“不满”、“超过”、“以外”，不包括本数。\n\n第一千二百六十条 本法自2021年1月1日起施行。《中华人民共和国婚姻法》、《中华人民共和国继承法》、《中华人民共和国民法通则》同时废止。',
  ),
] as const

/** 学位条例 and the law that repeals it. */
export const DEGREES_OLD = fileOf(
  '学位条例(2004-08-28).md',
  '# 中华人民共和国学位条例\n\n1980年2月12日 第五届全国人民代表大会常务委员会第十三次会议通过\n\n' +
    '2004年8月28日 第十届全国人民代表大会常务委员会第十一次会议《关于修改<中华人民共和国学位条例>的决定》修正\n\n<!-- INFO END -->\n\n' +
    '第一条 为了促进我国科学专门人才的成长，促进各门学科学术水平的提高和教育、科学事业的发展，以适应社会主义现代化建设的需要，特制定本条例。\n\n' +
    '第三条 学位分学士、硕士、博士三级。\n',
)
export const DEGREES_LAW = fileOf(
  '学位法(2024-04-26).md',
  '# 中华人民共和国学位法\n\n2024年4月26日 第十四届全国人民代表大会常务委员会第九次会议通过\n\n2025年1月1日 施行\n\n<!-- INFO END -->\n\n' +
    '第三条 学位工作坚持中国共产党的领导，全面贯彻国家的教育方针，践行社会主义核心价值观，落实立德树人根本任务。\n\n' +
    '第四十五条 本法自2025年1月1日起施行。《中华人民共和国学位条例》同时废止。\n',
)

/** 人民检察院刑事诉讼规则 for trial use, 2012, and the rules that repeal it, 2019. */
export const RULES_TRIAL = fileOf(
  '人民检察院刑事诉讼规则（试行）(2012-11-22).md',
  '# 人民检察院刑事诉讼规则（试行）\n\n2012年10月16日 最高人民检察院第十一届检察委员会第八十次会议第二次修订\n\n2013年1月1日 施行\n\n<!-- INFO END -->\n\n' +
    '第一条 为保证人民检察院在刑事诉讼中严格依照法定程序办案，正确履行职权，实现惩罚犯罪与保障人权的统一，根据《中华人民共和国刑事诉讼法》、《中华人民共和国人民检察院组织法》和有关法律规定，结合人民检察院工作实际，制定本规则。\n\n' +
    '第七百零八条 本规则自2013年1月1日起施行。最高人民检察院1999年1月18日发布的《人民检察院刑事诉讼规则》同时废止；最高人民检察院以前发布的司法解释和规范性文件与本规则不一致的，以本规则为准。\n',
)
export const RULES_2019 = fileOf(
  '人民检察院刑事诉讼规则(2019-12-02).md',
  '# 人民检察院刑事诉讼规则\n\n2019年12月2日 最高人民检察院第十三届检察委员会第二十八次会议通过\n\n2019年12月30日 施行\n\n<!-- INFO END -->\n\n' +
    '第一条 为保证人民检察院在刑事诉讼中严格依照法定程序办案，正确履行职权，实现惩罚犯罪与保障人权的统一，根据《中华人民共和国刑事诉讼法》《中华人民共和国人民检察院组织法》和有关法律规定，结合人民检察院工作实际，制定本规则。\n\n' +
    '第六百八十四条 本规则自2019年12月30日起施行。本规则施行后，《人民检察院刑事诉讼规则（试行）》（高检发释字〔2012〕2号）同时废止；最高人民检察院以前发布的司法解释和规范性文件与本规则不一致的，以本规则为准。\n',
)
