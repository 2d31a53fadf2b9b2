/** The frame of every view: navigation to the left, the view, and the reader beside it when something is being read. */
import { useQuery } from '@tanstack/react-query'
import { Outlet, useMatches, useSearch } from '@tanstack/react-router'
import { Menu as MenuIcon, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { readyQuery } from '../api/queries.ts'
import { Announcer } from '../ui/announcer.tsx'
import { useLanguage } from '../words/language.ts'
import { inOneLanguage } from '../words/one-language.ts'
import { Toasts } from '../ui/toast.tsx'
import { ReaderBeside } from './reader-beside.tsx'
import { ShortcutsDialog, useShortcuts } from './shortcuts.tsx'
import { Sidebar } from './sidebar.tsx'
import { useShellWords } from './words.ts'
import './shell.css'

export function Shell() {
  const words = useShellWords()
  const { read } = useSearch({ from: '__root__' })
  const address = useMatches().at(-1)?.pathname
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [areShortcutsOpen, setShortcutsOpen] = useState(false)
  useShortcuts(() => setShortcutsOpen(true))
  useEffect(() => setMenuOpen(false), [address])
  return (
    <div className={read === undefined ? 'shell' : 'shell reading-beside'} data-menu={isMenuOpen ? 'open' : 'closed'}>
      <a className="skip" href="#view">
        {words.skip}
      </a>
      <button type="button" className="icon-button menu-button" aria-label={words.openMenu} aria-expanded={isMenuOpen} onClick={() => setMenuOpen(true)}>
        <MenuIcon size={20} aria-hidden />
      </button>
      {isMenuOpen && <button type="button" className="menu-veil" aria-label={words.closeMenu} onClick={() => setMenuOpen(false)} />}
      <Sidebar onShortcuts={() => setShortcutsOpen(true)} onDone={() => setMenuOpen(false)} />
      <div id="view" className="view" tabIndex={-1}>
        <Conditions />
        <Outlet />
      </div>
      {read !== undefined && <ReaderBeside read={read} />}
      {areShortcutsOpen && <ShortcutsDialog onClose={() => setShortcutsOpen(false)} />}
      <Toasts />
      <Announcer />
    </div>
  )
}

/** What is less than the best at the moment. */
function Conditions() {
  const words = useShellWords()
  const language = useLanguage()
  const { data, isError } = useQuery(readyQuery)
  if (isError) return <Banner text={words.unreachable} />
  if (!data) return null
  const reasons = data.fallbacks.map(({ from, reason }) => {
    const told = inOneLanguage(reason, language)
    return from === 'llm' ? words.modelAway(told) : told
  })
  const isSearchAway = data.fallbacks.some(({ from }) => from === 'search')
  const { building } = data
  const progress = building && words.building(building.step, building.done, building.total)
  if (!data.ready) return <Banner text={isSearchAway ? words.searchAway : words.notReady} details={[...(progress ? [progress] : []), ...reasons]} />
  if (data.index.documents > 0 && data.mode.retrieval === 'keyword') return <Banner text={words.keywordOnly} details={reasons} />
  if (reasons.length > 0) return <Banner text={reasons.join(language === 'zh' ? '；' : '; ')} />
  return null
}

function Banner({ text, details = [] }: { readonly text: string; readonly details?: readonly string[] }) {
  return (
    <div className="banner condition" role="status">
      <TriangleAlert size={16} aria-hidden />
      <div>
        {text}
        {details.map((detail) => (
          <small key={detail}>{detail}</small>
        ))}
      </div>
    </div>
  )
}
