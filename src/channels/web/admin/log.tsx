/** The end of the log, followed as it grows unless one reads back in it. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { logQuery } from './admin-queries.ts'
import { Fault, SectionHead, useTimes } from './parts.tsx'
import { useAdminWords } from './words.ts'

export function Log() {
  const words = useAdminWords()
  const { exact } = useTimes()
  const [isFollowed, setFollowed] = useState(true)
  const [typed, setTyped] = useState('')
  const { data, error, refetch } = useQuery(logQuery(isFollowed))
  const box = useRef<HTMLDivElement>(null)
  const needle = typed.trim().toLowerCase()
  const lines = (data?.lines ?? []).filter(({ message }) => message.toLowerCase().includes(needle))
  useEffect(() => {
    if (isFollowed && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [isFollowed, data?.last, needle])
  return (
    <section className="admin-section log-section">
      <SectionHead title={words.parts.log} hint={words.logHint} />
      <Fault error={error} onRetry={() => void refetch()} />
      <div className="admin-find">
        <input className="field" type="text" aria-label={words.filterLog} placeholder={words.filterLog} value={typed} onChange={({ target }) => setTyped(target.value)} />
        <label>
          <input type="checkbox" checked={isFollowed} onChange={({ target }) => setFollowed(target.checked)} /> {words.follow}
        </label>
      </div>
      <div ref={box} className="log-lines" role="log" aria-live="off" aria-label={words.parts.log} tabIndex={0}>
        {data && lines.length === 0 && <p className="note">{words.noLines}</p>}
        {lines.map(({ number, at, level, component, message }) => (
          <p key={number} data-level={level}>
            <time dateTime={at}>{exact(at)}</time> {level && <b>{words.levels[level]}</b>} {component !== undefined && <span>{component}</span>} {message}
          </p>
        ))}
      </div>
    </section>
  )
}
