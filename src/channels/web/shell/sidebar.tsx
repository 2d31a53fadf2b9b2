/** To the left: a new conversation, the documents, the conversations that are kept, and how the page looks. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileCheck, Keyboard, LibraryBig, Settings, SquarePen, SunMoon, TextSearch } from 'lucide-react'
import { readyQuery } from '../api/queries.ts'
import { mayIn, sessionQuery } from '../session/queries.ts'
import icon from '../icon.svg'
import { Menu } from '../ui/menu.tsx'
import { chooseLanguage, useLanguage } from '../words/language.ts'
import { WhoAmI } from '../session/who-am-i.tsx'
import { Conversations } from './conversations.tsx'
import { chooseTheme, useTheme, type Theme } from './theme.ts'
import { useShellWords } from './words.ts'

interface SidebarProps {
  onShortcuts(): void
  /** On a narrow screen: it is put away. */
  onDone(): void
}

export function Sidebar({ onShortcuts, onDone }: SidebarProps) {
  const words = useShellWords()
  const language = useLanguage()
  const { data: session } = useQuery(sessionQuery)
  return (
    <nav className="sidebar" aria-label={words.navigation} onKeyDown={(event) => event.key === 'Escape' && onDone()}>
      <Link to="/" className="brand" title={words.tagline}>
        <img src={icon} alt="" width={28} height={28} />
        条问 <small lang="en">Tiaowen</small>
      </Link>
      <Link to="/" className="side-link" activeOptions={{ exact: true }}>
        <SquarePen size={18} aria-hidden /> {words.newChat}
      </Link>
      <Link to="/documents" className="side-link">
        <LibraryBig size={18} aria-hidden /> {words.documents}
      </Link>
      <Link to="/lookup" className="side-link">
        <TextSearch size={18} aria-hidden /> {words.lookup}
      </Link>
      <Link to="/check" className="side-link">
        <FileCheck size={18} aria-hidden /> {words.check}
      </Link>
      {mayIn(session, 'admin') && (
        <Link to="/admin" className="side-link">
          <Settings size={18} aria-hidden /> {words.admin}
        </Link>
      )}
      <Conversations />
      <div className="side-foot">
        <WhoAmI />
        <ThemeMenu />
        <button type="button" className="icon-button" aria-label={words.shortcuts} title={words.shortcuts} onClick={onShortcuts}>
          <Keyboard size={18} aria-hidden />
        </button>
        <span className="grow" />
        <button
          type="button"
          className="language"
          lang={language === 'zh' ? 'en' : 'zh-CN'}
          title={words.languageHint}
          onClick={() => chooseLanguage(language === 'zh' ? 'en' : 'zh')}
        >
          {words.language}
        </button>
        <Sizes />
      </div>
    </nav>
  )
}

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

function ThemeMenu() {
  const words = useShellWords()
  const theme = useTheme()
  const items = THEMES.map((one) => ({ label: words.themes[one], isChosen: one === theme, onChoose: () => chooseTheme(one) }))
  return (
    <Menu label={words.theme} items={items}>
      <SunMoon size={18} aria-hidden />
    </Menu>
  )
}

function Sizes() {
  const words = useShellWords()
  const { data } = useQuery(readyQuery)
  return (
    <p className="side-sizes">
      <span>{data?.ready && words.sizes(data.index.documents, data.index.clauses)}</span>
      <span>
        <a href="/docs">{words.api}</a>
        <span>{data?.version}</span>
      </span>
    </p>
  )
}

