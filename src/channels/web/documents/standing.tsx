/** Whether a document is in force, where that needs saying. */
import type { VersionNote } from '../../../types.ts'
import { useDocumentsWords } from './words.ts'

export function Standing({ version }: { readonly version: VersionNote }) {
  const words = useDocumentsWords()
  const { status, since, by, others } = version
  const details = [...(since === undefined ? [] : [words.since(status, since)]), ...(others.length > 0 ? [words.others(others.length)] : [])]
  return (
    <span className="standing" title={by && words.by(by.title)}>
      <span className={`badge ${status}`}>{words.statuses[status]}</span>
      {details.length > 0 && <small>{details.join(' · ')}</small>}
    </span>
  )
}
