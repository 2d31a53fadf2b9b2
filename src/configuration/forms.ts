/** How the value of a variable is written in a file; said beside its rule, for rules alone do not tell. */
import { z } from 'zod'

export interface Form {
  /** What stands between the parts of a variable that is a list; a list of YAML in a file. */
  readonly separator?: string
  /** Relative ones are taken from the folder of the file that names them. */
  readonly isPath?: boolean
  /** JSON in a variable; a mapping of YAML in a file. */
  readonly isObject?: boolean
  /** `true` and `false` stand for on and off; found by itself where the rule is a list of words that holds both. */
  readonly isSwitch?: boolean
}

/** @example z.string().transform(split).register(FORMS, { separator: ',' }).default([]) */
export const FORMS = z.registry<Form>()

/** @param rule of one variable, with its default or `optional` around it */
export function formOf(rule: z.ZodType): Form {
  const inner = coreOf(rule)
  const isSwitch = inner instanceof z.ZodEnum && ['on', 'off'].every((word) => inner.options.includes(word))
  return FORMS.get(inner) ?? (isSwitch ? { isSwitch } : {})
}

function coreOf(rule: z.ZodType): z.ZodType {
  return rule instanceof z.ZodOptional || rule instanceof z.ZodDefault ? coreOf(rule.unwrap() as z.ZodType) : rule
}
