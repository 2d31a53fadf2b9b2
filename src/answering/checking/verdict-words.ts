/** What verdicts, weights and standings are called wherever a draft check is told. Pure: the page runs it too. */
import type { CheckVerdict, CheckWeight, VersionStatus } from '../../types.ts'

export const VERDICT_WORDS: Readonly<Record<CheckVerdict, string>> = {
  verbatim: '一致',
  altered: '有出入',
  misplaced: '出处不符',
  exists: '有此条款',
  'no-such-clause': '无此条款',
  'not-found': '未找到',
  'not-checked': '未核对',
}

export const WEIGHT_WORDS: Readonly<Record<CheckWeight, string>> = {
  number: '数字',
  date: '日期',
  percentage: '百分比',
  amount: '金额',
  negation: '否定词',
  modality: '应当、可以一类的词',
  comparison: '以上、以下一类的词',
  scope: '范围',
}

export const STATUS_WORDS: Readonly<Record<VersionStatus, string>> = {
  'in-force': '有效',
  upcoming: '尚未施行',
  superseded: '已被取代',
  repealed: '已废止',
}
