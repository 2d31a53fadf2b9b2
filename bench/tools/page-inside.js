/** Runs in every page that is measured, after test/web/inside.js: the time from a click, all shifts, and frames. */
window.__measure = { shiftWithKeys: 0 }

new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.__measure.shiftWithKeys += value
}).observe({ type: 'layout-shift', buffered: true })

/** Begins at the next click, ends with the frame in which the marked words are seen in the box that scrolls. */
window.__measure.timeFromClick = () => {
  const isSeen = () => {
    const [mark, box] = ['.reader mark[data-first]', '.reader .text-scroll'].map((one) => document.querySelector(one)?.getBoundingClientRect())
    return mark && box && mark.height > 0 && mark.top >= box.top && mark.top < box.bottom
  }
  window.__measure.afterClick = new Promise((settle) => {
    const begin = (event) => {
      const look = () => {
        if (!isSeen()) return requestAnimationFrame(look)
        requestAnimationFrame(() => setTimeout(() => settle(performance.now() - event.timeStamp)))
      }
      look()
    }
    addEventListener('click', begin, { capture: true, once: true })
  })
}

/** Milliseconds of frames, the box that matches scrolled by so many pixels in each. */
window.__measure.frames = (selector, count, pixels) =>
  new Promise((settle) => {
    const box = document.querySelector(selector)
    const times = []
    let before
    const frame = (now) => {
      if (before !== undefined) times.push(now - before)
      before = now
      if (times.length === count) return settle(times)
      box.scrollTop += pixels
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })

/** Milliseconds that a request takes until its JSON is read. */
window.__measure.fetchJson = async (path) => {
  const began = performance.now()
  await (await fetch(path, { cache: 'no-store' })).json()
  return performance.now() - began
}
