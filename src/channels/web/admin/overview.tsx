/** How much was asked, what came of it, and what people said. */
import { useQuery } from '@tanstack/react-query'
import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { useMemo } from 'react'
import { USAGE_OUTCOMES } from '../../../state/usage.ts'
import { feedbackQuery, usageQuery, WEEKS, type FeedbackReport, type UsageReport } from './admin-queries.ts'
import { Shares, StackedBars } from './chart.tsx'
import { Fault, SectionHead, useTimes } from './parts.tsx'
import { averageOf, countOf, outcomesByDay, ratingsByWeek, sharesOf } from './sums.ts'
import { useAdminWords } from './words.ts'

export function Overview() {
  const words = useAdminWords()
  const usage = useQuery(usageQuery)
  const feedback = useQuery(feedbackQuery)
  const retry = () => {
    void usage.refetch()
    void feedback.refetch()
  }
  return (
    <section className="admin-section" aria-busy={!usage.data || !feedback.data}>
      <SectionHead title={words.parts.overview} hint={words.questionsHint(WEEKS)} />
      <Fault error={usage.error ?? feedback.error} onRetry={retry} />
      <Questions report={usage.data ?? NO_USAGE} />
      <Feedback report={feedback.data ?? NO_FEEDBACK} />
    </section>
  )
}

/** While nothing is known yet: the same room is taken. */
const NO_USAGE: UsageReport = { from: '', to: '', rows: [] }
const NO_FEEDBACK: FeedbackReport = { from: '', to: '', days: [], reasons: [], remarks: [] }

function Questions({ report }: { readonly report: UsageReport }) {
  const words = useAdminWords()
  const { rows } = report
  const bars = useMemo(() => outcomesByDay(report), [report])
  const all = countOf(rows)
  const declined = countOf(rows, 'declined')
  const answered = countOf(rows, 'answered')
  const average = averageOf(rows)
  const share = (count: number) => (all === 0 ? words.none : words.percent(count / all))
  const tiles: readonly (readonly [string, string])[] = [
    [words.tiles.questions, String(all)],
    [words.tiles.answered, share(answered)],
    [words.tiles.declined, share(declined)],
    [words.tiles.average, average === undefined ? words.none : words.seconds(average)],
  ]
  return (
    <>
      <dl className="tiles">
        {tiles.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <StackedBars title={words.questionsByDay} keyName={words.day} bars={bars} series={USAGE_OUTCOMES.map((tone) => ({ tone, name: words.outcomes[tone] }))} />
      <div className="halves">
        <Shares
          title={words.declines}
          hint={words.declinesHint(declined, all)}
          none={words.noUsage}
          shares={sharesOf(rows, ({ reason }) => reason).map(({ name, count }) => ({ name: words.reasons[name], count }))}
        />
        <Shares title={words.byChannel} none={words.noUsage} shares={sharesOf(rows, ({ channel }) => channel).map(({ name, count }) => ({ name: words.channelNames[name], count }))} />
      </div>
    </>
  )
}

const RATINGS = ['up', 'down'] as const

function Feedback({ report }: { readonly report: FeedbackReport }) {
  const words = useAdminWords()
  const { time } = useTimes()
  const bars = useMemo(() => ratingsByWeek(report), [report])
  return (
    <>
      <div className="halves">
        <StackedBars title={words.feedbackByWeek} keyName={words.week} bars={bars} series={RATINGS.map((tone) => ({ tone, name: words.ratings[tone] }))} />
        <Shares title={words.downReasons} none={words.noFeedback} shares={report.reasons.map(({ reason, count }) => ({ name: reason, count }))} />
      </div>
      <section className="remarks">
        <h3>{words.remarks}</h3>
        <p className="note">{report.remarks.length === 0 ? words.noFeedback : words.remarksHint}</p>
        <ul>
          {report.remarks.map(({ at, rating, reason, question, outcome }, one) => (
            <li key={`${at} ${one}`} data-rating={rating}>
              {rating === 'up' ? <ThumbsUp size={16} aria-label={words.ratings.up} role="img" /> : <ThumbsDown size={16} aria-label={words.ratings.down} role="img" />}
              <div>
                <p lang="zh-CN">{question}</p>
                {reason !== undefined && <p className="remark-reason">{reason}</p>}
                <small className="note">
                  {time(at)} · {words.outcomes[outcome]}
                </small>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
