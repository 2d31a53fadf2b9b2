/** Things a question asks for by their kind, and the words by which a text gives them. */
import { anyOf } from '../questions/patterns.ts'
import type { Question } from '../questions/question.ts'

/** What is asked for, and the words one of which a text that gives it holds. */
interface Attribute {
  readonly name: string
  readonly asked: RegExp
  readonly needed: RegExp
}

const ATTRIBUTES: readonly Attribute[] = [
  {
    name: '申请条件、流程',
    asked: anyOf(
      /(?:怎么|如何|怎样)(?:申请|申报|报名|办理|领取)/,
      /(?:申请|申报|报名|办理|领取)(?:的)?(?:条件|流程|手续|材料|程序|资格|步骤|渠道|方式|要求)/,
      /(?:需要|要|提交|准备)(?:什么|哪些)(?:材料|手续|条件)/,
      /满足(?:什么|哪些)条件/,
    ),
    needed: /申请|申报|报名|办理|领取|提交|材料|手续/,
  },
  {
    name: '联系方式',
    asked: /电话|联系方式|网址|邮箱|官网|公众号|微信|热线|(?:办公|具体|通讯)地址|哪个窗口|(?:上班|办公|开放|营业)时间/,
    needed: /电话|热线|网址|网站|邮箱|公众号|窗口|\d{7,}/,
  },
  {
    name: '负责人',
    asked: /(?:局长|书记|市长|主任|负责人|院长|校长|秘书长|董事长|总经理)(?:是|叫|姓)?(?:谁|什么名字|哪位)|谁(?:担任|当)/,
    needed: /局长|书记|市长|主任|负责人|院长|校长|秘书长|董事长|总经理/,
  },
  {
    name: '主持、出席',
    asked: anyOf(
      /(?:谁|哪位|何人|哪些(?:领导|人))[^，,。]{0,4}(?:主持|出席|参加|致辞|讲话|签署|起草|撰写|采写)/,
      /(?:主持|出席|参加|致辞|讲话|签署|起草|撰写|采写)(?:人|者|的)?(?:领导)?(?:是谁|有谁|有哪些|是哪位)/,
    ),
    needed: /主持|出席|参加|致辞|讲话|签署|起草|记者|作者/,
  },
  {
    name: '牵头部门',
    asked: /哪(?:些|个|几个)(?:部门|单位|机构)[^，,。]{0,3}(?:牵头|负责|主管|承担|实施|落实)/,
    needed: /牵头|负责|主管|承担|会同|部门/,
  },
  {
    name: '讲话',
    asked: /讲话|致辞|发言/,
    needed: /讲话|致辞|发言|指出|强调/,
  },
  {
    name: '资格',
    asked: /资格/,
    needed: /资格|条件|符合|具备/,
  },
  {
    name: '比例',
    asked: /比例(?!尺)|占比/,
    needed: /比例|比重|占|率|%|％|百分|成/,
  },
  {
    name: '面积',
    asked: /面积|占地/,
    needed: /面积|平方|亩|公顷/,
  },
  {
    name: '原因',
    asked: /为什么|为何|什么原因|因为什么|怎么会/,
    needed: /因(?![地素])|由于|鉴于|为了|以便|旨在|根据|依据|目的|影响|重在|考虑到|(?:^|[，,：:。])为\p{Script=Han}{2}/u,
  },
  {
    name: '处罚',
    asked: /罚(?:款)?多少|怎么(?:处罚|罚)|(?:如何|怎样)处罚|(?:什么|哪些)(?:处罚|罚则|法律责任)|会被罚|罚多少/,
    needed: /罚|处分|责任|追究|惩戒|惩处/,
  },
  {
    name: '补贴',
    asked: /补(?:贴|助)(?:标准)?(?:是|有|给)?(?:多少|几)|奖励(?:多少|几|标准)|(?:多少|几)(?:元|万元|钱)?(?:的)?(?:补贴|补助|奖励)/,
    needed: /补贴|补助|奖励|奖补|资助/,
  },
  {
    name: '附件',
    asked: /附件|附表|附录|分解表|清单/,
    needed: /附件|附表|附录|分解表|清单/,
  },
  {
    name: '预算',
    asked: /预算|总投资|投资额|(?:花费|花|投入|投资)(?:了)?多少(?:钱|资金|亿|万)/,
    needed: /预算|投资|投入|资金|经费|元/,
  },
]

/** The name of what the question asks for by kind and the text does not give, if anything. */
export function kindMissing(question: string, text: string): string | undefined {
  return ATTRIBUTES.find(({ asked, needed }) => asked.test(question) && !needed.test(text))?.name
}

/** The kind of area asked for: 城市 of 哪些城市. */
export function areaAsked(question: string): string | undefined {
  return AREA_ASKED.exec(question)?.[1]
}

const AREA_ASKED = /哪(?:[一个些几两三]个?)?(省份?|城市|市|国家|地区|区县|区|县|街道|乡镇)(?![长委政府里])/

/** G60, 296X, 5G: codes of the question that are no figure. */
export function codesIn({ text, figures }: Question): string[] {
  return [...text.matchAll(/[A-Za-z]+\d+[A-Za-z]*|\d+[A-Za-z]+/g)]
    .filter(({ index }) => !figures.some(({ span }) => span.start <= index && index < span.end))
    .map(([code]) => code)
}

/** “1248”分别代表什么: what the digits of a name stand for must be spelt out beside it. */
export function asksMeaningOfCode(text: string): boolean {
  return STANDS_FOR.test(text) && /[“"「]\d[\dA-Za-z+]*[”"」]/.test(text)
}

const STANDS_FOR = new RegExp(
  '[“"「]?\\d[\\dA-Za-z+]*[”"」]?.{0,10}' +
    '(?:代表|指的?是?|是指|含义是?|意思是?|分别是|是哪)(?:什么|哪些|啥|哪.{1,6})?[？?]?$',
)
