/** Eight weeks of an office as the administration shows them, for its picture and its tests: sums, feedback, keys, people. */
import { openSqliteStorage } from '../src/state/sqlite-storage.ts'
import { chinaDay } from '../src/state/usage.ts'

const DAY_MS = 86_400_000
const DAYS = 56
const REASONS = ['no-evidence', 'no-evidence', 'no-such-clause', 'out-of-scope', 'false-premise']
const CHANNELS = [['page', 0.6], ['dingtalk', 0.25], ['api', 0.1], ['mcp', 0.05]]

const FEEDBACK = [
  [52, 'up', undefined, '全社会研发投入强度要超过多少？'],
  [47, 'down', '没有回答我的问题', '人才公寓可以住几年？'],
  [44, 'up', undefined, '“145”行动指什么？'],
  [38, 'down', '引文不对；不完整', '科创走廊的牵头单位是谁？'],
  [31, 'up', undefined, '三定三评是什么？'],
  [30, 'up', undefined, '决定第三部分讲了什么？'],
  [24, 'down', '没有回答我的问题；应当在通知第二条', '租金按什么标准收？'],
  [17, 'up', undefined, '新产品产值的目标是多少？'],
  [16, 'up', undefined, '技术交易额的目标是多少？'],
  [9, 'down', '没有回答我的问题', '外地户籍能不能申请？'],
  [8, 'up', undefined, '科技成果转化有哪些措施？'],
  [3, 'up', undefined, '人才集团做什么？'],
  [1, 'up', '很快找到了条款', '决定第三部分第2条'],
]

/** Sums of one day, the same for the same day of the span: fewer on a Saturday and Sunday, more as weeks go by. */
function sumsOf(at, day) {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  const all = weekday === 0 || weekday === 6 ? 6 + (at % 3) : 40 + Math.round(at * 0.8) + ((at * 7) % 11)
  return CHANNELS.flatMap(([channel, share], which) => {
    const count = Math.round(all * share)
    const declined = Math.round(count * 0.12)
    const row = (outcome, many, reason) => ({ day, channel, outcome, ...(reason && { reason }), mode: 'extractive', count: many, milliseconds: many * (380 + 60 * which) })
    return [
      row('answered', count - declined - (at % 4 === which ? 1 : 0)),
      row('declined', declined, REASONS[(at + which) % REASONS.length]),
      ...(at % 4 === which ? [row('ambiguous', 1)] : []),
      ...(at % 17 === which ? [row('error', 1)] : []),
    ].filter(({ count }) => count > 0)
  })
}

/**
 * Fills state.sqlite of a data folder, before a server opens it.
 * @param answer an Answer of this library, which all feedback is about
 */
export async function fillAdminData(path, { answer, now = Date.now() }) {
  let clock = now
  const { state, access, usage } = openSqliteStorage(path, { now: () => clock })
  const days = Array.from({ length: DAYS }, (_, at) => chinaDay(now - (DAYS - 1 - at) * DAY_MS))
  const rows = days.flatMap((day, at) => sumsOf(at, day))
  await usage.add(rows)
  for (const [at, [daysAgo, rating, reason, question]] of FEEDBACK.entries()) {
    clock = now - daysAgo * DAY_MS
    const name = { conversationId: uuid(2 * at), exchangeId: uuid(2 * at + 1) }
    const { attempt } = await state.begin('p-office', { ...name, question })
    await state.keepAnswer('p-office', name, attempt, { ...answer, id: `a-${at}`, question })
    await state.giveFeedback('p-office', name, { rating, ...(reason && { reason }) })
  }
  const by = { by: 'operator' }
  clock = now - 41 * DAY_MS
  const inner = await access.createCollection('人事内部文件', by)
  clock += DAY_MS
  await access.createKey({ name: '钉钉机器人', scopes: ['ask', 'search'], sight: [] }, by)
  clock += 3 * DAY_MS
  await access.createKey({ name: '办公系统检索', scopes: ['search'], sight: [inner.id], expiresAt: chinaDay(now + 200 * DAY_MS) }, by)
  const old = await access.createKey({ name: '试用', scopes: ['ask'], sight: [] }, by)
  clock += 9 * DAY_MS
  await access.revokeKey(old.key.id, by)
  await access.createPerson({ login: 'wang.min', name: '王敏', role: 'admin', sight: 'all' }, by)
  await access.createPerson({ login: 'li.hua', name: '李华', role: 'editor', sight: [inner.id] }, by)
  await access.createPerson({ login: 'chen.jie', name: '陈洁', role: 'reader', sight: [] }, by)
  await state.close()
  return { rows, feedback: FEEDBACK.map(([, rating]) => rating) }
}

const uuid = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
