/** The conversations kept on the server: found, opened, named, taken away as a file, deleted. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Download, Ellipsis, Pencil, Search, Trash2 } from 'lucide-react'
import { useDeferredValue, useState, type FormEvent } from 'react'
import { sendJson } from '../api/client.ts'
import { conversationsQuery, type FoundConversation } from '../api/queries.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Menu } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { problemWords } from '../words/problems.ts'
import { useShellWords } from './words.ts'

const addressOf = (id: string) => `/api/conversations/${encodeURIComponent(id)}`

export function Conversations() {
  const words = useShellWords()
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const { data, hasNextPage, fetchNextPage, error } = useInfiniteQuery(conversationsQuery(q))
  const [asked, setAsked] = useState<{ readonly about: FoundConversation; readonly to: 'rename' | 'remove' }>()
  const { conversationId } = useParams({ strict: false })
  const conversations = data?.pages.flatMap((page) => page.conversations) ?? []
  const close = () => setAsked(undefined)
  return (
    <>
      <div className="side-search">
        <Search size={15} aria-hidden />
        <input type="search" value={typed} placeholder={words.searchConversations} aria-label={words.searchConversations} onChange={({ target }) => setTyped(target.value)} />
      </div>
      <ul className="side-list" aria-label={words.conversations}>
        {conversations.map((one) => (
          <li key={one.id} data-current={one.id === conversationId}>
            <Link to="/c/$conversationId" params={{ conversationId: one.id }} title={one.title}>
              <span>{one.title}</span>
              {one.excerpt !== undefined && <small>{one.excerpt}</small>}
            </Link>
            <Menu
              label={words.actionsFor(one.title)}
              className="icon-button small"
              items={[
                { label: words.rename, icon: <Pencil size={16} aria-hidden />, onChoose: () => setAsked({ about: one, to: 'rename' }) },
                { label: words.exportMarkdown, icon: <Download size={16} aria-hidden />, onChoose: () => download(one.id, 'markdown') },
                { label: words.exportJson, icon: <Download size={16} aria-hidden />, onChoose: () => download(one.id, 'json') },
                { label: words.remove, icon: <Trash2 size={16} aria-hidden />, isDangerous: true, onChoose: () => setAsked({ about: one, to: 'remove' }) },
              ]}
            >
              <Ellipsis size={16} aria-hidden />
            </Menu>
          </li>
        ))}
        {data && conversations.length === 0 && <li className="side-note">{q === '' ? words.noConversations : words.noMatch}</li>}
        {error && <li className="side-note">{problemWords(error)}</li>}
        {hasNextPage && (
          <li>
            <button type="button" className="language" onClick={() => void fetchNextPage()}>
              {words.more}
            </button>
          </li>
        )}
      </ul>
      {asked?.to === 'rename' && <Rename conversation={asked.about} onClose={close} />}
      {asked?.to === 'remove' && <Remove conversation={asked.about} onClose={close} />}
    </>
  )
}

/** The browser saves what the server sends as an attachment. */
function download(id: string, format: 'markdown' | 'json'): void {
  const link = document.createElement('a')
  link.href = `${addressOf(id)}/export?format=${format}`
  link.download = ''
  link.click()
}

interface AboutConversation {
  readonly conversation: FoundConversation
  onClose(): void
}

function Rename({ conversation, onClose }: AboutConversation) {
  const words = useShellWords()
  const queries = useQueryClient()
  const [title, setTitle] = useState(conversation.title)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (title.trim() === '') return
    try {
      await sendJson('PATCH', addressOf(conversation.id), { title: title.trim() })
      onClose()
      await queries.invalidateQueries({ queryKey: ['conversations'] })
      await queries.invalidateQueries({ queryKey: ['conversation', conversation.id] })
    } catch (error) {
      toast(problemWords(error))
    }
  }
  return (
    <Dialog title={words.rename} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <input className="field" value={title} maxLength={200} aria-label={words.name} autoFocus onChange={({ target }) => setTitle(target.value)} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" className="button primary">
            {words.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function Remove({ conversation, onClose }: AboutConversation) {
  const words = useShellWords()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { conversationId } = useParams({ strict: false })
  const remove = async () => {
    try {
      await sendJson('DELETE', addressOf(conversation.id))
      onClose()
      if (conversationId === conversation.id) await navigate({ to: '/' })
      queries.removeQueries({ queryKey: ['conversation', conversation.id] })
      await queries.invalidateQueries({ queryKey: ['conversations'] })
    } catch (error) {
      toast(problemWords(error))
    }
  }
  return (
    <Dialog title={words.removeTitle} onClose={onClose}>
      <p>{words.removeBody(conversation.title)}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" className="button danger" onClick={() => void remove()}>
          {words.remove}
        </button>
      </div>
    </Dialog>
  )
}
