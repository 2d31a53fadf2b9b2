/**
 * Stacked bars over days or weeks, drawn as SVG: nothing that the page's policy would refuse. Each bar tells its numbers
 * under the pointer and to the arrow keys, and all of them stand in a table besides.
 */
import { scaleBand, scaleLinear } from 'd3-scale'
import { stack, stackOrderNone } from 'd3-shape'
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useAdminWords } from './words.ts'

export interface Bar {
  /** ISO 8601 day. */
  readonly key: string
  /** One of each series. */
  readonly values: readonly number[]
}

interface StackedBarsProps {
  readonly title: string
  readonly bars: readonly Bar[]
  /** Names of the series from the foot up; their colours stand in admin.css. */
  readonly series: readonly { readonly name: string; readonly tone: string }[]
  /** Head of the first column of the table. */
  readonly keyName: string
}

const HEIGHT = 220
const MARGIN = { top: 10, right: 22, bottom: 24, left: 36 }
const TICKS = 4
const LABEL_WIDTH = 52

export function StackedBars({ title, bars, series, keyName }: StackedBarsProps) {
  const words = useAdminWords()
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [at, setAt] = useState<number>()
  const heading = useId()
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  const x = scaleBand<number>(bars.map((_, index) => index), [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]).padding(0.25)
  const y = scaleLinear([0, Math.max(TICKS, ...totals)], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(TICKS)
  const layers = stack<unknown, Bar, number>()
    .keys(series.map((_, index) => index))
    .value(({ values }, index) => values[index] ?? 0)
    .order(stackOrderNone)([...bars])
  const every = Math.max(1, Math.ceil(bars.length / Math.max(1, Math.floor((width - MARGIN.left) / LABEL_WIDTH))))
  const tell = (index: number) => `${bars[index]!.key}：${series.map(({ name }, one) => `${name} ${bars[index]!.values[one]}`).join('，')}`
  const last = bars.length - 1

  const onKey = (event: KeyboardEvent) => {
    const from = at ?? last
    const steps: Readonly<Record<string, number>> = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }
    const next = steps[event.key]
    if (event.key === 'Escape') setAt(undefined)
    if (next === undefined) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(last, next)))
  }
  const onPoint = ({ clientX, currentTarget }: PointerEvent) => {
    const found = Math.floor((clientX - currentTarget.getBoundingClientRect().left - MARGIN.left) / x.step())
    setAt(found >= 0 && found <= last ? found : undefined)
  }
  const shown = at === undefined ? undefined : bars[at]

  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption id={heading}>{title}</figcaption>
      <ul className="legend">
        {series.map(({ name, tone }) => (
          <li key={name}>
            <span className="swatch" data-tone={tone} /> {name}
          </li>
        ))}
      </ul>
      <div
        ref={box}
        className="chart-plot"
        role="slider"
        tabIndex={0}
        aria-label={words.dayPicker(title)}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? last}
        aria-valuetext={last >= 0 ? tell(at ?? last) : words.none}
        onKeyDown={onKey}
        onFocus={() => setAt((now) => now ?? last)}
        onBlur={() => setAt(undefined)}
        onPointerMove={onPoint}
        onPointerDown={onPoint}
        onPointerLeave={() => setAt(undefined)}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {y.ticks(TICKS).filter(Number.isInteger).map((tick) => (
            <g key={tick}>
              <line className="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
              <text className="tick" x={MARGIN.left - 6} y={y(tick)} dy=".32em" textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          {at !== undefined && <rect className="cursor" x={(x(at) ?? 0) - (x.step() - x.bandwidth()) / 2} width={x.step()} y={MARGIN.top} height={HEIGHT - MARGIN.top - MARGIN.bottom} />}
          {layers.map((layer) => (
            <g key={layer.key} className="layer" data-tone={series[layer.key]!.tone}>
              {layer.map(([low, high], index) =>
                high > low ? <rect key={index} x={x(index)} width={x.bandwidth()} y={y(high)} height={y(low) - y(high)} /> : null,
              )}
            </g>
          ))}
          {bars.map(({ key }, index) =>
            (last - index) % every === 0 ? (
              <text key={key} className="tick" x={(x(index) ?? 0) + x.bandwidth() / 2} y={HEIGHT - 6} textAnchor="middle">
                {key.slice(5)}
              </text>
            ) : null,
          )}
        </svg>
        {shown && at !== undefined && (
          <div className="chart-tip" style={{ left: Math.min(Math.max(0, (x(at) ?? 0) - 60), Math.max(0, width - 150)) }}>
            <b>{shown.key}</b>
            {series.map(({ name, tone }, one) => (
              <span key={name}>
                <span className="swatch" data-tone={tone} /> {name} <b>{shown.values[one]}</b>
              </span>
            ))}
          </div>
        )}
      </div>
      <ChartTable {...{ title, bars, series, keyName }} />
    </figure>
  )
}

/** The same numbers; days on which nothing happened are left out. */
function ChartTable({ title, bars, series, keyName }: StackedBarsProps) {
  const words = useAdminWords()
  const told = bars.filter(({ values }) => values.some((value) => value > 0))
  return (
    <details className="chart-table">
      <summary>
        {words.asTable}
        <span className="sr-only">：{title}</span>
      </summary>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{keyName}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.map(({ key, values }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                {values.map((value, one) => (
                  <td key={one}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

interface SharesProps {
  readonly title: string
  readonly hint?: string
  readonly shares: readonly { readonly name: string; readonly count: number }[]
  readonly none: string
}

/** Bars beside each other with their numbers as words: a list to whoever does not see them. */
export function Shares({ title, hint, shares, none }: SharesProps) {
  const words = useAdminWords()
  const all = shares.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(1, ...shares.map(({ count }) => count))
  return (
    <section className="shares">
      <h3>{title}</h3>
      {hint !== undefined && <p className="note">{hint}</p>}
      {shares.length === 0 && <p className="note">{none}</p>}
      <ul>
        {shares.map(({ name, count }) => (
          <li key={name}>
            <span className="share-name">{name}</span>
            <span className="share-count">
              {count} <small>{words.percent(count / all)}</small>
            </span>
            <span className="share-bar" aria-hidden="true">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const FIRST_WIDTH = 600

/** Of the room there is, before the first picture. */
function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(FIRST_WIDTH)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return undefined
    const measure = () => setWidth(element.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return width
}
