/** An open text with its head, outline and tools. */
import { Link2, ListTree, Quote, Search, X } from 'lucide-react'
import { useContext, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Span } from '../../../types.ts'
import { FORM_NAMES } from '../../citation-forms.ts'
import type { OutlineNode, Reading } from '../../wire.ts'
import { copyAndTell } from '../ui/copy.ts'
import { Menu } from '../ui/menu.tsx'
import { useCopyWords } from '../words/copying.ts'
import { readOf } from './address.ts'
import type { CitationTour } from './citations.ts'
import { formOf, linkTo } from './copying.ts'
import { FindBar, useFinding } from './find-bar.tsx'
import { About, Warnings } from './head.tsx'
import { beginningsOf } from './lines.ts'
import { useGo, VariantContext } from './navigation.ts'
import { OutlineTree } from './outline-tree.tsx'
import { PlaceBar } from './place-bar.tsx'
import { lineageAt, markedOf, pageAt } from './place.ts'
import type { TextFrame } from './text-block.tsx'
import { TextView, type TextHandle } from './text-view.tsx'
import { Toolbar } from './toolbar.tsx'
import { Tour } from './tour.tsx'
import { useReaderWords } from './words.ts'

interface OpenTextProps {
  readonly id: string
  readonly read: string
  readonly reading: Reading
  readonly title: string
  /** As the address has it; it may lie beyond the text. */
  readonly span: Span | undefined
  readonly tour: CitationTour | undefined
}

export function OpenText({ id, read, reading, title, span: asked, tour }: OpenTextProps) {
  const words = useReaderWords()
  const copying = useCopyWords()
  const variant = useContext(VariantContext)
  const go = useGo()
  const hasRoom = useRoom()
  const hasOutline = reading.outline.length > 0
  const isColumn = variant === 'page' && hasRoom && hasOutline
  const text = useRef<TextHandle>(null)
  const outlineButton = useRef<HTMLButtonElement>(null)
  const findButton = useRef<HTMLButtonElement>(null)
  const [isOutlineOpen, setOutlineOpen] = useState(false)
  const [isFinding, setFinding] = useState(false)

  const { outline, pages } = reading
  const isBeyond = asked !== undefined && (asked.start >= asked.end || asked.end > reading.text.length)
  const isCited = tour?.isHere === true
  const [start, end] = isBeyond || !asked ? [] : [asked.start, asked.end]
  const marked = useMemo(
    () => (start === undefined || end === undefined ? undefined : markedOf(reading.text, isCited ? [] : outline, { start, end })),
    [reading.text, outline, isCited, start, end],
  )
  const lineage = useMemo(() => (marked ? lineageAt(outline, marked.start) : []), [outline, marked])
  const finding = useFinding(reading.text, marked?.start ?? 0)
  const citation = isCited ? tour.citation : undefined
  const here = { reading, id, title, span: marked, citation }

  const frame = useMemo((): TextFrame => {
    const whole = { reading, id, title, citation: undefined }
    const header = outline[0]?.kind === 'header' ? outline[0] : undefined
    return {
      text: reading.text,
      title,
      headEnd: header?.end ?? 0,
      beginnings: beginningsOf(outline),
      words,
      copyLink: (span) => void copyAndTell(linkTo({ ...whole, span }), copying.linkCopied, copying),
      copyWords: (span) => void copyAndTell(formOf('withQuotation', { ...whole, span }), copying.copied, copying),
    }
  }, [reading, outline, title, id, words, copying])

  const choose = (node: OutlineNode) => {
    setOutlineOpen(false)
    const next = readOf(id, reading.textSha256, node)
    if (next === read) text.current?.reveal()
    else go(next)
  }
  const closeOutline = () => {
    setOutlineOpen(false)
    outlineButton.current?.focus()
  }
  const closeFind = () => {
    finding.seek('')
    setFinding(false)
    findButton.current?.focus()
  }
  const copyLink = () => void copyAndTell(linkTo(here), copying.linkCopied, copying)
  const forms = FORM_NAMES.filter((name) => name !== 'withQuotation' || marked !== undefined)
  const tree = (isFocused: boolean) => (
    <OutlineTree text={reading.text} outline={outline} lineage={lineage} isFocused={isFocused} onChoose={choose} />
  )
  return (
    <div className="reader" data-variant={variant} data-column={isColumn || undefined}>
      <header className="reader-head">
        <Toolbar read={read} start={tour && <Tour tour={tour} onReveal={() => text.current?.reveal()} />}>
          <button
            ref={findButton}
            type="button"
            className="icon-button"
            aria-label={words.find}
            title={words.find}
            aria-pressed={isFinding}
            onClick={() => (isFinding ? closeFind() : setFinding(true))}
          >
            <Search size={17} aria-hidden />
          </button>
          {hasOutline && !isColumn && (
            <button
              ref={outlineButton}
              type="button"
              className="icon-button"
              aria-label={words.outline}
              title={words.outline}
              aria-expanded={isOutlineOpen}
              onClick={() => setOutlineOpen(!isOutlineOpen)}
            >
              <ListTree size={18} aria-hidden />
            </button>
          )}
          <button type="button" className="icon-button copy-link" aria-label={words.copyLink} title={words.copyLink} onClick={copyLink}>
            <Link2 size={18} aria-hidden />
          </button>
          <Menu
            label={words.copyAs}
            items={[
              ...forms.map((name) => ({
                label: copying.forms[name],
                icon: <Quote size={15} aria-hidden />,
                onChoose: () => void copyAndTell(formOf(name, here), copying.copied, copying),
              })),
              { label: words.copyLink, icon: <Link2 size={15} aria-hidden />, onChoose: copyLink },
            ]}
          >
            <Quote size={17} aria-hidden />
          </Menu>
        </Toolbar>
        <About reading={reading} title={title} />
        <Warnings reading={reading} change={isCited ? tour.change : undefined} isBeyond={isBeyond} />
        {isFinding && <FindBar finding={finding} onClose={closeFind} />}
        <PlaceBar lineage={lineage} spoken={citation?.spoken} page={marked && pageAt(pages, marked.start)} onChoose={choose} />
      </header>
      <div className="reader-body">
        {isColumn && (
          <nav className="outline-column" aria-label={words.outline}>
            {tree(false)}
          </nav>
        )}
        {!isColumn && isOutlineOpen && (
          <>
            <button type="button" className="outline-veil" tabIndex={-1} aria-hidden onClick={closeOutline} />
            <nav
              className="outline-drawer"
              aria-label={words.outline}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return
                event.preventDefault()
                closeOutline()
              }}
            >
              <div className="outline-head">
                <span>{words.outline}</span>
                <button type="button" className="icon-button small" aria-label={words.closeOutline} title={words.closeOutline} onClick={closeOutline}>
                  <X size={17} aria-hidden />
                </button>
              </div>
              {tree(true)}
            </nav>
          </>
        )}
        <TextView
          frame={frame}
          label={`${words.sourceText} ${title}`}
          pages={pages}
          marked={marked}
          hits={finding.hits}
          current={isFinding ? finding.current : undefined}
          handle={text}
        />
      </div>
    </div>
  )
}

const ROOM = '(min-width: 68rem)'

/** Whether the outline can stand beside the text. */
function useRoom(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const room = matchMedia(ROOM)
      room.addEventListener('change', listener)
      return () => room.removeEventListener('change', listener)
    },
    () => matchMedia(ROOM).matches,
  )
}
