/** Thumbs, and an optional word why; pressed again, it is taken back. */
import { useQueryClient } from '@tanstack/react-query'
import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { Feedback } from '../../../types.ts'
import { sendJson } from '../api/client.ts'
import type { StoredExchange } from '../api/queries.ts'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { write } from './asking.ts'
import { useChatWords } from './words.ts'

const REASON_CHARACTERS = 2_000

interface FeedbackProps {
  readonly conversationId: string
  readonly exchange: StoredExchange
}

export function FeedbackButtons({ conversationId, exchange }: FeedbackProps) {
  const words = useChatWords()
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const { id, feedback } = exchange
  const address = `/api/conversations/${encodeURIComponent(conversationId)}/exchanges/${encodeURIComponent(id)}/feedback`

  const save = async (next: Feedback | undefined) => {
    try {
      await sendJson(next ? 'PUT' : 'DELETE', address, next)
      write(queries, conversationId, id, { feedback: next } as Partial<StoredExchange>)
      return true
    } catch (error) {
      toast(problemWords(error))
      return false
    }
  }
  const press = async (rating: Feedback['rating']) => {
    const isTakenBack = feedback?.rating === rating
    const isSaved = await save(isTakenBack ? undefined : { rating })
    setAsking(isSaved && !isTakenBack && rating === 'down')
    if (isSaved && !isTakenBack && rating === 'up') toast(words.thanks)
  }
  const explain = async (reason: string) => {
    if (await save({ rating: 'down', ...(reason.trim() !== '' && { reason: reason.trim() }) })) {
      setAsking(false)
      toast(words.thanks)
    }
  }
  return (
    <>
      <Thumb label={words.helpful} isPressed={feedback?.rating === 'up'} onPress={() => void press('up')}>
        <ThumbsUp size={16} aria-hidden />
      </Thumb>
      <Thumb label={words.unhelpful} isPressed={feedback?.rating === 'down'} onPress={() => void press('down')}>
        <ThumbsDown size={16} aria-hidden />
      </Thumb>
      {isAsking && <WhyForm onSend={(reason) => void explain(reason)} />}
    </>
  )
}

interface ThumbProps {
  readonly label: string
  readonly isPressed: boolean
  readonly children: ReactNode
  onPress(): void
}

function Thumb({ label, isPressed, children, onPress }: ThumbProps) {
  return (
    <button type="button" className="icon-button small" aria-label={label} title={label} aria-pressed={isPressed} onClick={onPress}>
      {children}
    </button>
  )
}

function WhyForm({ onSend }: { onSend(reason: string): void }) {
  const words = useChatWords()
  const [reason, setReason] = useState('')
  const form = useRef<HTMLFormElement>(null)
  const add = (one: string) => {
    setReason(reason === '' ? one : `${reason}；${one}`)
    form.current?.querySelector('input')?.focus()
  }
  useEffect(() => {
    form.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSend(reason)
  }
  return (
    <form ref={form} className="why" onSubmit={submit}>
      <div className="why-reasons">
        {words.reasons.map((one) => (
          <button key={one} type="button" className="button small" onClick={() => add(one)}>
            {one}
          </button>
        ))}
      </div>
      <div className="why-own">
        <input
          className="field"
          value={reason}
          maxLength={REASON_CHARACTERS}
          placeholder={words.whyUnhelpful}
          aria-label={words.whyUnhelpful}
          autoFocus
          onChange={({ target }) => setReason(target.value)}
        />
        <button type="submit" className="button small">
          {words.sendReason}
        </button>
      </div>
    </form>
  )
}
