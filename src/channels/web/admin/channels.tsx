/** Chat platforms: connected or not, what waits, what became of what they brought. */
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { channelsQuery, type ChannelState } from './admin-queries.ts'
import { Badge, Fault, SectionHead, useTimes } from './parts.tsx'
import { useAdminWords, type AdminWords } from './words.ts'

const COUNTS = ['events', 'answered', 'sent', 'later', 'givenUp', 'duplicates', 'repeats', 'reconnects'] as const

export function Channels() {
  const words = useAdminWords()
  const { data, error, refetch } = useQuery(channelsQuery)
  return (
    <section className="admin-section">
      <SectionHead title={words.parts.channels} hint={words.channelsHint} />
      <Fault error={error} onRetry={() => void refetch()} />
      <ul className="admin-cards channels">
        {Object.entries(data?.channels ?? {}).map(([platform, state]) => (
          <Channel key={platform} name={nameOf(platform, words)} state={state} />
        ))}
      </ul>
    </section>
  )
}

const nameOf = (platform: string, { channelNames }: AdminWords): string => (Object.hasOwn(channelNames, platform) ? channelNames[platform as keyof typeof channelNames] : platform)

function Channel({ name, state }: { readonly name: string; readonly state: ChannelState }) {
  const words = useAdminWords()
  const { time } = useTimes()
  const facts = words.channelFacts
  const { mode, connection, waiting, oldestSeconds, trouble } = state
  const told: readonly (readonly [string, string])[] = [
    ...(mode === undefined ? [] : ([[facts.mode, mode]] as const)),
    ...(waiting === undefined ? [] : ([[facts.waiting, String(waiting)]] as const)),
    ...(oldestSeconds === undefined ? [] : ([[facts.oldest, words.secondsOld(oldestSeconds)]] as const)),
    ...COUNTS.flatMap((count) => (typeof state[count] === 'number' ? ([[facts[count], String(state[count])]] as const) : [])),
    ...(trouble ? ([[facts.trouble, `${trouble.code}（${time(trouble.at)}）`]] as const) : []),
  ]
  return (
    <li>
      <div>
        <h3>
          {name} <Badge tone={state.state === 'off' ? 'plain' : trouble ? 'warn' : 'good'}>{state.state === 'off' ? words.channelOff : (connection ?? words.yes)}</Badge>
        </h3>
        {state.missing !== undefined && <p className="note">{state.missing}</p>}
        {state.state === 'on' && (
          <dl className="facts-line">
            {told.map(([fact, value]) => (
              <Fragment key={fact}>
                <dt>{fact}</dt>
                <dd>{value}</dd>
              </Fragment>
            ))}
          </dl>
        )}
      </div>
    </li>
  )
}
