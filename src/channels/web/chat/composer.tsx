/** The box to ask in. Enter asks, Shift+Enter breaks the line, ↑ in an empty box brings the last question back, @ names a document. */
import { ArrowUp, Square } from 'lucide-react'
import { useId, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import type { DocumentId } from '../../../types.ts'
import type { ListedDocument } from '../api/queries.ts'
import { isComposing } from '../ui/keys.ts'
import { takeTyped } from '../session/again.ts'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { DocumentList, optionId } from './document-list.tsx'
import { findDocuments, mentionAt, type Scope } from './scope.ts'
import { moved, ScopeChips, ScopePicker, stepOf } from './scope-picker.tsx'
import { useDocuments } from './use-documents.ts'
import { useChatWords } from './words.ts'
import { WriterMenu } from './writer.tsx'

/** As the server counts: code points. */
export const QUESTION_CHARACTERS = 2_000
const NEARLY_FULL = 200

/** Where fingers type, a box that takes the focus by itself opens a keyboard over half of the page. */
const hasKeyboard = (): boolean => matchMedia('(pointer: fine)').matches

interface ComposerProps {
  readonly scope: Scope
  readonly isRunning: boolean
  /** The last question of the conversation. */
  readonly last: string | undefined
  onScope(scope: Scope): void
  onAsk(question: string): void
  onStop(): void
}

export function Composer({ scope, isRunning, last, onScope, onAsk, onStop }: ComposerProps) {
  const words = useChatWords()
  const listId = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(takeTyped)
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(0)
  const [isPutAway, setPutAway] = useState(false)
  const left = QUESTION_CHARACTERS - [...text].length
  const mention = isPutAway ? undefined : mentionAt(text, caret)
  const { data: documents, error, isPending } = useDocuments(mention !== undefined)
  const found = mention && documents && findDocuments(documents, mention.name, scope.documents)

  const ask = () => {
    if (isRunning || text.trim() === '' || left < 0) return
    onAsk(text.trim())
    setText('')
  }
  const choose = ({ id }: ListedDocument) => {
    if (!mention) return
    onScope({ ...scope, documents: [...scope.documents, id as DocumentId] })
    setText(text.slice(0, mention.start) + text.slice(caret))
    setCaret(mention.start)
  }
  /** True where the key was meant for the list of documents. */
  const isForList = (event: KeyboardEvent): boolean => {
    if (!mention) return false
    if (event.key === 'Escape') {
      setPutAway(true)
      return true
    }
    if (isPending) return event.key === 'Enter' // meant to choose: it does not ask half a question
    if (!found || found.shown.length === 0) return false
    const step = stepOf(event.key)
    if (step !== undefined) setActive(moved(active, step, found.shown.length))
    else if (event.key === 'Enter' || event.key === 'Tab') choose(found.shown[active] ?? found.shown[0]!)
    else return false
    return true
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event)) return
    if (isForList(event)) return event.preventDefault()
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      ask()
    }
    if (event.key === 'ArrowUp' && text === '' && last !== undefined) {
      event.preventDefault()
      setText(last)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask()
  }
  return (
    <form className="composer" onSubmit={submit}>
      <div className="composer-box">
        <ScopeChips scope={scope} onChange={onScope} />
        <textarea
          ref={box}
          id={QUESTION_BOX}
          rows={1}
          value={text}
          placeholder={words.placeholder}
          aria-label={words.question}
          autoFocus={hasKeyboard()}
          autoComplete="off"
          {...(mention && { role: 'combobox', 'aria-expanded': true, 'aria-controls': listId, 'aria-activedescendant': found?.shown.length ? optionId(listId, active) : undefined })}
          onKeyDown={onKeyDown}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          onChange={({ target }) => {
            setText(target.value)
            setCaret(target.selectionStart)
            setActive(0)
            setPutAway(false)
          }}
        />
        {mention && (
          <div className="floating mention">
            <DocumentList id={listId} found={found} error={error} active={active} onChoose={choose} />
          </div>
        )}
        <div className="composer-row">
          <ScopePicker scope={scope} onChange={onScope} />
            <WriterMenu />
          <span className={left < 0 ? 'composer-left bad' : 'composer-left'} role="status">
            {left < 0 ? words.tooLong(QUESTION_CHARACTERS) : left < NEARLY_FULL ? words.left(left) : ''}
          </span>
          {isRunning ? (
            <button type="button" className="round" aria-label={words.stop} title={words.stop} onClick={onStop}>
              <Square size={14} fill="currentcolor" aria-hidden />
            </button>
          ) : (
            <button type="submit" className="round" aria-label={words.ask} title={words.ask} disabled={text.trim() === '' || left < 0}>
              <ArrowUp size={19} aria-hidden />
            </button>
          )}
        </div>
      </div>
    </form>
  )
}
