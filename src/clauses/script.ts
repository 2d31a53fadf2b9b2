/** Traditional → simplified for the characters of references and document names; lengths and offsets stay. */
const TRADITIONAL =
  '條決點項節規劃議編導語題頭結華國務會關於發實辦則釋憲訴訟權業產創廣經濟勞動護環進區廳總統黨組織選舉監察應對審計財稅質標準電網絡' +
  '與個處罰許證據調長億綱計報試暫補償職員責險買賣機構設備運輸驗檢測農擔繼親屬離婚侵責維穩師範獎勵'
const SIMPLIFIED =
  '条决点项节规划议编导语题头结华国务会关于发实办则释宪诉讼权业产创广经济劳动护环进区厅总统党组织选举监察应对审计财税质标准电网络' +
  '与个处罚许证据调长亿纲计报试暂补偿职员责险买卖机构设备运输验检测农担继亲属离婚侵责维稳师范奖励'

const SIMPLE = new Map([...TRADITIONAL].map((character, at) => [character, [...SIMPLIFIED][at] ?? character]))

/** The same text, as long as before, in simplified characters, half-width digits and one kind of brackets. */
export function foldScript(text: string): string {
  let folded = ''
  for (let at = 0; at < text.length; at += 1) folded += foldCharacter(text.charAt(at))
  return folded
}

function foldCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x80) return character
  if (code >= 0xff10 && code <= 0xff19) return String.fromCharCode(code - 0xfee0)
  if (character === '﹙' || character === '（') return '('
  if (character === '﹚' || character === '）') return ')'
  if (character === '\u3000' || character === '\u00a0') return ' '
  return SIMPLE.get(character) ?? character
}

/** Folded, without white space, with one kind of title marks (〈〉 within 《》): how names are compared. */
export const foldName = (name: string): string =>
  foldScript(name).replace(/\s+/g, '').replaceAll('〈', '《').replaceAll('〉', '》')
