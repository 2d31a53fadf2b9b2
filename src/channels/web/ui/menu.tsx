/** A button that opens a list of actions; arrow keys, Home, End and typing move in it, Esc closes it. */
import {
  autoUpdate,
  flip,
  FloatingFocusManager,
  FloatingPortal,
  offset,
  shift,
  useClick,
  useDismiss,
  useFloating,
  useInteractions,
  useListNavigation,
  useRole,
  useTypeahead,
} from '@floating-ui/react'
import { useRef, useState, type ReactNode } from 'react'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly isDangerous?: boolean
  /** Of a choice among several: whether it is the one. */
  readonly isChosen?: boolean
  onChoose(): void
}

interface MenuProps {
  /** Of the button, for whoever cannot see its icon. */
  readonly label: string
  readonly children: ReactNode
  readonly items: readonly MenuItem[]
  readonly className?: string
  onOpen?(): void
}

export function Menu({ label, children, items, className = 'icon-button', onOpen }: MenuProps) {
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState<number | null>(null)
  const { refs, floatingStyles, context } = useFloating({
    open: isOpen,
    onOpenChange(isOpening) {
      setOpen(isOpening)
      if (isOpening) onOpen?.()
    },
    placement: 'bottom-end',
    middleware: [offset(4), flip({ padding: 8 }), shift({ padding: 8 })],
    whileElementsMounted: autoUpdate,
  })
  const elements = useRef<(HTMLElement | null)[]>([])
  const labels = useRef<string[]>([])
  labels.current = items.map((item) => item.label)
  const { getReferenceProps, getFloatingProps, getItemProps } = useInteractions([
    useClick(context),
    useDismiss(context, { bubbles: { escapeKey: false } }),
    useRole(context, { role: 'menu' }),
    useListNavigation(context, { listRef: elements, activeIndex: active, onNavigate: setActive, loop: true }),
    useTypeahead(context, { listRef: labels, activeIndex: active, onMatch: setActive }),
  ])
  const choose = (item: MenuItem) => {
    setOpen(false)
    item.onChoose()
  }
  return (
    <>
      <button type="button" ref={refs.setReference} className={className} aria-label={label} title={label} {...getReferenceProps()}>
        {children}
      </button>
      {isOpen && (
        <FloatingPortal>
          <FloatingFocusManager context={context} modal={false}>
            <div ref={refs.setFloating} className="floating menu" style={floatingStyles} {...getFloatingProps()} aria-label={label}>
              {items.map((item, at) => (
                <button
                  key={item.label}
                  type="button"
                  role={item.isChosen === undefined ? 'menuitem' : 'menuitemradio'}
                  aria-checked={item.isChosen}
                  tabIndex={active === at ? 0 : -1}
                  ref={(element) => {
                    elements.current[at] = element
                  }}
                  className={item.isDangerous ? 'menu-item danger' : 'menu-item'}
                  {...getItemProps({ onClick: () => choose(item) })}
                >
                  {item.icon}
                  {item.label}
                  {item.isChosen === true && <span aria-hidden="true">✓</span>}
                </button>
              ))}
            </div>
          </FloatingFocusManager>
        </FloatingPortal>
      )}
    </>
  )
}
