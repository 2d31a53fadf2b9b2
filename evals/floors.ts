/** Floors: what a figure must not fall under, or over where lower is better. They stand in `floors.json`. */
import { z } from 'zod'
import { MEASURES } from './measures/index.ts'
import type { Figures } from './run.ts'

/** Row → measure → the least share allowed; the most for a measure where lower is better. */
const FloorTable = z.record(z.string(), z.partialRecord(z.enum(MEASURES.map((measure) => measure.name)), z.number()))
export const Floors = z.strictObject({ hybrid: FloorTable, keyword: FloorTable })
export type FloorTable = z.infer<typeof FloorTable>

/** One line for each floor that does not hold. A figure that was not measured at all does not hold. */
export function fallen(figures: Figures, floors: FloorTable): string[] {
  return Object.entries(floors).flatMap(([row, measures]) =>
    Object.entries(measures).flatMap(([name, floor]) => {
      if (floor === undefined) return []
      const figure = figures[row]?.[name]
      if (figure === undefined || figure.of === 0) return [`${row} ${name}：没有测得（下限 ${percent(floor)}）`]
      const share = figure.got / figure.of
      const lower = MEASURES.find((measure) => measure.name === name)?.better === 'lower'
      if (lower ? share <= floor : share >= floor) return []
      return [`${row} ${name}：${percent(share)}（${figure.got}/${figure.of}），${lower ? '上限' : '下限'} ${percent(floor)}`]
    }),
  )
}

const percent = (share: number) => `${(share * 100).toFixed(1)}%`
