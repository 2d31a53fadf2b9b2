/** Runs in every page before a script of its own: tells what only the page sees, measures what moves and how long. */
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) => {
  window.__tell('violations', `${effectiveDirective}: ${blockedURI} ${sample} at ${sourceFile}:${lineNumber}`)
})

window.__inside = { shift: 0 }

new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.__inside.shift += value
}).observe({ type: 'layout-shift', buffered: true })

/** Begins at the next Enter, ends with the frame in which an element of these has words that none had before. */
window.__inside.timeFromEnter = (selector) => {
  const filled = () => [...document.querySelectorAll(selector)].filter(({ textContent }) => textContent.trim() !== '').length
  const before = filled()
  window.__inside.afterEnter = new Promise((settle) => {
    const begin = (event) => {
      if (event.key !== 'Enter') return
      removeEventListener('keydown', begin, true)
      const look = () => {
        if (filled() <= before) return requestAnimationFrame(look)
        requestAnimationFrame(() => setTimeout(() => settle(performance.now() - event.timeStamp)))
      }
      look()
    }
    addEventListener('keydown', begin, true)
  })
}
