/** Where a draft comes from: pasted words or a file; and how it is to be checked. */
import { FileUp, TriangleAlert } from 'lucide-react'
import { useRef } from 'react'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { problemWords } from '../words/problems.ts'
import { check, choose, type, useChoices, useTyped, type Checking } from './check-store.ts'
import { useCheckWords } from './words.ts'

interface DraftFormProps {
  readonly failure: Extract<Checking, { kind: 'failed' }> | undefined
  onFile(file: File | undefined): void
}

export function DraftForm({ failure, onFile }: DraftFormProps) {
  const words = useCheckWords()
  const typed = useTyped()
  const { suggest, asOf } = useChoices()
  const input = useRef<HTMLInputElement>(null)
  const start = () => {
    if (typed.trim() !== '') void check({ words: typed })
  }
  return (
    <form
      className="draft-form"
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      {failure && <Failure failure={failure} />}
      <textarea
        id={QUESTION_BOX}
        className="field"
        value={typed}
        rows={12}
        spellCheck={false}
        placeholder={words.placeholder}
        aria-label={words.paste}
        onChange={({ target }) => type(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) start()
        }}
      />
      <div className="draft-choices">
        <label className="check-choice" title={words.suggestHint}>
          <input type="checkbox" checked={suggest} onChange={({ target }) => choose({ suggest: target.checked })} />
          <span>
            {words.suggest}
            <small>{words.suggestHint}</small>
          </span>
        </label>
        <label className="check-day">
          {words.asOf}
          <input type="date" className="field" value={asOf} onChange={({ target }) => choose({ asOf: target.value })} />
        </label>
      </div>
      <div className="draft-buttons">
        <button type="submit" className="button primary" disabled={typed.trim() === ''}>
          {words.start}
        </button>
        <button type="button" className="button" onClick={() => input.current?.click()}>
          <FileUp size={17} aria-hidden /> {words.chooseFile}
        </button>
        <span className="note">{words.takes}</span>
      </div>
      <p className="note">{words.notKept}</p>
      <input
        ref={input}
        type="file"
        hidden
        data-testid="draft-file"
        accept=".txt,.md,.markdown,.docx,.docm"
        onChange={({ target }) => {
          onFile(target.files?.[0])
          target.value = ''
        }}
      />
    </form>
  )
}

function Failure({ failure: { source, error } }: { readonly failure: NonNullable<DraftFormProps['failure']> }) {
  const words = useCheckWords()
  return (
    <div className="banner bad" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        {words.failed}{'file' in source ? `（${source.file.name}）` : ''}：{problemWords(error)}
      </div>
      <button type="button" className="button small" onClick={() => void check(source)}>
        {words.retry}
      </button>
    </div>
  )
}
