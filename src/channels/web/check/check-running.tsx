/** How far a check is. */
import { stop, type Checking } from './check-store.ts'
import { useCheckWords } from './words.ts'

export function CheckRunning({ state: { source, progress } }: { readonly state: Extract<Checking, { kind: 'checking' }> }) {
  const words = useCheckWords()
  const share = progress && progress.total > 0 ? progress.done / progress.total : undefined
  const name = 'file' in source ? source.file.name : words.pasted
  return (
    <section className="check-running" aria-busy="true">
      <p role="status">
        <span className="spinner" aria-hidden /> {words.checking}：{name}
        {progress && `，${words.steps[progress.step] ?? ''}`}
      </p>
      <progress aria-label={words.checking} max={1} {...(share !== undefined && { value: share })} />
      <button type="button" className="button" onClick={stop}>
        {words.stop}
      </button>
    </section>
  )
}
