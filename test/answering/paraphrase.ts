/** Sentences of policy documents said in other words, as a draft says them: other verbs, other order, a part left out. */
import { phrases } from '../../src/chunks/sentences.ts'

const SYNONYMS: readonly (readonly [from: string, to: string])[] = [
  ['加快', '加速'], ['推进', '推动'], ['构筑', '打造'], ['构建', '形成'], ['完善', '健全'], ['提升', '提高'], ['深入实施', '持续推行'],
  ['积极', '主动'], ['鼓励', '引导'], ['支持', '扶持'], ['力争', '争取'], ['着力', '重点'], ['推广', '普及'], ['培育', '培养'],
  ['加强', '强化'], ['优化', '改善'], ['创建', '争创'], ['开展', '组织'], ['促进', '带动'], ['建立', '设立'], ['扩大', '拓展'],
  ['实现', '达到'], ['健全', '完备'], ['全面', '全方位'], ['坚持', '始终坚持'], ['超过', '高于'], ['应当', '要'], ['以及', '和'],
]
const OPENINGS = ['今后几年，我市将', '按照上级部署，要', '下一步，', '会议要求，', '']

/** A generator of numbers from 0 to 1 that gives the same ones again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @param how light: other words; heavy: a part left out and two changed places besides */
export function paraphrased(sentence: string, how: 'light' | 'heavy', random: () => number): string {
  const bare = sentence.replace(/[。；！？;!?]+$/, '').replace(/^(?:[(（]?[\d一二三四五六七八九十]+[)）]?[.、．]?)+/, '')
  let parts = phrases(bare, { start: 0, end: bare.length }).map(({ start, end }) => bare.slice(start, end).replace(/[，,：:]$/, ''))
  if (how === 'heavy' && parts.length >= 3) {
    parts.splice(Math.floor(random() * parts.length), 1)
    const at = Math.floor(random() * (parts.length - 1))
    parts = [...parts.slice(0, at), parts[at + 1]!, parts[at]!, ...parts.slice(at + 2)]
  }
  const words = SYNONYMS.reduce((text, [from, to]) => text.replaceAll(from, `\u0000${to}\u0000`), parts.join('，')).replaceAll('\u0000', '')
  return `${OPENINGS[Math.floor(random() * OPENINGS.length)]}${words}。`
}
