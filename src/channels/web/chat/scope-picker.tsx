/** Two buttons below the box: which documents, and as of which day. */
import { autoUpdate, flip, FloatingFocusManager, FloatingPortal, offset, shift, useClick, useDismiss, useFloating, useInteractions, useRole } from '@floating-ui/react'
import { CalendarDays, FilePlus2, X } from 'lucide-react'
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { DocumentId } from '../../../types.ts'
import type { ListedDocument } from '../api/queries.ts'
import { isComposing } from '../ui/keys.ts'
import { DocumentList, optionId } from './document-list.tsx'
import { findDocuments, type Scope } from './scope.ts'
import { useDocuments, useTitles } from './use-documents.ts'
import { useChatWords } from './words.ts'

interface ScopePickerProps {
  readonly scope: Scope
  onChange(scope: Scope): void
}

export function ScopePicker({ scope, onChange }: ScopePickerProps) {
  return (
    <>
      <DocumentsButton scope={scope} onChange={onChange} />
      <DayButton scope={scope} onChange={onChange} />
    </>
  )
}

/** What is chosen, each with a way to take it out again. */
export function ScopeChips({ scope, onChange }: ScopePickerProps) {
  const words = useChatWords()
  const { documents: ids, asOf } = scope
  const titles = useTitles(ids)
  if (ids.length === 0 && asOf === undefined) return null
  return (
    <ul className="scope-chips" aria-label={words.limitedTo}>
      {ids.map((id, at) => (
        <ScopeChip key={id} text={titles[at] ?? id} onTakeOut={() => onChange({ ...scope, documents: ids.filter((one) => one !== id) })} />
      ))}
      {asOf !== undefined && <ScopeChip text={words.asOfShort(asOf)} onTakeOut={() => onChange({ documents: ids })} />}
    </ul>
  )
}

function ScopeChip({ text, onTakeOut }: { readonly text: string; onTakeOut(): void }) {
  const words = useChatWords()
  return (
    <li>
      <span title={text}>{text}</span>
      <button type="button" aria-label={words.takeOut(text)} onClick={onTakeOut}>
        <X size={14} aria-hidden />
      </button>
    </li>
  )
}

interface PopoverProps {
  readonly label: string
  readonly icon: ReactNode
  readonly children: (close: () => void) => ReactNode
}

/** A button with a small form above it. */
function Popover({ label, icon, children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false)
  const { refs, floatingStyles, context } = useFloating({
    open: isOpen,
    onOpenChange: setOpen,
    placement: 'top-start',
    middleware: [offset(6), flip({ padding: 8 }), shift({ padding: 8 })],
    whileElementsMounted: autoUpdate,
  })
  const { getReferenceProps, getFloatingProps } = useInteractions([
    useClick(context),
    useDismiss(context, { bubbles: { escapeKey: false } }),
    useRole(context, { role: 'dialog' }),
  ])
  return (
    <>
      <button type="button" ref={refs.setReference} className="icon-button" aria-label={label} title={label} {...getReferenceProps()}>
        {icon}
      </button>
      {isOpen && (
        <FloatingPortal>
          <FloatingFocusManager context={context} modal={false}>
            <div ref={refs.setFloating} className="floating popover" style={floatingStyles} aria-label={label} {...getFloatingProps()}>
              {children(() => setOpen(false))}
            </div>
          </FloatingFocusManager>
        </FloatingPortal>
      )}
    </>
  )
}

function DocumentsButton({ scope, onChange }: ScopePickerProps) {
  const words = useChatWords()
  return (
    <Popover label={words.scope} icon={<FilePlus2 size={18} aria-hidden />}>
      {(close) => (
        <DocumentSearch
          scope={scope}
          onChoose={(id) => {
            onChange({ ...scope, documents: [...scope.documents, id] })
            close()
          }}
        />
      )}
    </Popover>
  )
}

interface DocumentSearchProps extends Pick<ScopePickerProps, 'scope'> {
  onChoose(id: DocumentId): void
}

function DocumentSearch({ scope, onChoose }: DocumentSearchProps) {
  const words = useChatWords()
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  const { data: documents, error } = useDocuments(true)
  const found = documents && findDocuments(documents, typed, scope.documents)
  const choose = ({ id }: ListedDocument) => onChoose(id as DocumentId)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(event.key)
    if (step !== undefined) {
      event.preventDefault()
      setActive(moved(active, step, found?.shown.length ?? 0))
    }
    const chosen = found?.shown[active]
    if (event.key === 'Enter' && chosen && !isComposing(event)) {
      event.preventDefault()
      choose(chosen)
    }
  }
  return (
    <>
      <input
        className="field"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found?.shown.length ? optionId(listId, active) : undefined}
        aria-label={words.scopeSearch}
        placeholder={words.scopeSearch}
        value={typed}
        autoFocus
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setTyped(target.value)
          setActive(0)
        }}
      />
      <DocumentList id={listId} found={found} error={error} active={active} onChoose={choose} />
    </>
  )
}

/** Arrow keys, as a step in a list. */
export const stepOf = (key: string): 1 | -1 | undefined => (key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : undefined)

/** Round and round. */
export const moved = (at: number, step: number, length: number): number => (length === 0 ? 0 : (at + step + length) % length)

function DayButton({ scope, onChange }: Pick<ScopePickerProps, 'scope' | 'onChange'>) {
  const words = useChatWords()
  return (
    <Popover label={words.asOf} icon={<CalendarDays size={18} aria-hidden />}>
      {(close) => (
        <div className="day">
          <label>
            {words.asOf}
            <input
              className="field"
              type="date"
              value={scope.asOf ?? ''}
              min="1949-10-01"
              max="2199-12-31"
              onChange={({ target }) => onChange({ documents: scope.documents, ...(target.value !== '' && { asOf: target.value }) })}
              onKeyDown={(event) => event.key === 'Enter' && close()}
            />
          </label>
          <button
            type="button"
            className="button small"
            onClick={() => {
              onChange({ documents: scope.documents })
              close()
            }}
          >
            {words.clearDay}
          </button>
        </div>
      )}
    </Popover>
  )
}
