/**
 * The asking page. Draws answers by DOM nodes with textContent only, the same way whether streamed or whole.
 * Shapes: /openapi.json.
 */
import { pageWords, piecesOf, VERDICTS } from './answer.js'

const form = document.getElementById('ask')
const box = document.getElementById('question')
const send = document.getElementById('send')
const stop = document.getElementById('stop')
const thread = document.getElementById('thread')
const documents = document.querySelector('.documents')

/** Earlier turns, sent along so that 「那2035年呢？」 is understood. */
const history = []
const TURNS_SENT = 6
let running
let turns = 0

form.addEventListener('submit', (event) => {
  event.preventDefault()
  ask(box.value)
})
box.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  form.requestSubmit()
})
stop.addEventListener('click', () => running?.abort())

const asked = new URLSearchParams(location.search).get('q')
if (asked) ask(asked)

async function ask(question) {
  if (running || question.trim() === '') return
  running = new AbortController()
  setBusy(true)
  const turn = openTurn(question)
  box.value = ''
  if (documents) documents.open = false
  try {
    await receive(question, turn, running.signal)
  } catch (error) {
    turn.fail(running.signal.aborted ? '已停止。' : '连接中断，请稍后重问。')
  } finally {
    running = undefined
    setBusy(false)
    box.focus({ preventScroll: true })
  }
}

function setBusy(busy) {
  send.disabled = busy
  stop.hidden = !busy
}

async function receive(question, turn, signal) {
  const response = await fetch('/api/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({
      question,
      stream: true,
      ...(history.length > 0 && { history: history.slice(-TURNS_SENT * 2) }),
    }),
    signal,
  })
  if (!response.ok) return turn.fail((await response.json()).detail)
  for await (const { event, data } of eventsOf(response.body)) {
    if (event === 'segment') turn.add(data)
    else if (event === 'citations') turn.cite(data)
    else if (event === 'error') return turn.fail(data.detail)
    else if (event === 'done') {
      turn.finish(data)
      history.push({ role: 'user', content: question }, { role: 'assistant', content: data.text })
      return
    }
  }
  turn.fail('回答没有写完，请稍后重问。')
}

/** The events of a server-sent stream, as they come. */
async function* eventsOf(body) {
  let buffer = ''
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    buffer += step.value
    for (let end = buffer.indexOf('\n\n'); end !== -1; end = buffer.indexOf('\n\n')) {
      const lines = buffer.slice(0, end).split('\n')
      buffer = buffer.slice(end + 2)
      const field = (name) =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join('\n')
      yield { event: field('event'), data: JSON.parse(field('data')) }
    }
  }
}

/** One question with its answer growing under it. */
function openTurn(question) {
  const id = `t${++turns}`
  const words = element('div', 'words')
  const answer = element('div', 'answer waiting', [words])
  const article = element('article', 'turn', [element('h2', 'asked', [question]), answer])
  thread.append(article)
  article.scrollIntoView({ block: 'nearest' })
  const chips = new Map()
  const soFar = []

  const cite = (citations) => {
    for (const { n, title, spoken } of citations) {
      for (const chip of chips.get(n) ?? []) {
        chip.href = `#${id}-${n}`
        chip.title = `${bracketed(title)}${spoken}`
        chip.setAttribute('aria-label', `依据${n}：${bracketed(title)}${spoken}`)
      }
    }
  }
  return {
    add(segment) {
      answer.classList.remove('waiting')
      soFar.push(segment)
      chips.clear()
      words.replaceChildren(...segmentNodes(soFar, chips))
    },
    cite,
    fail(message) {
      answer.classList.remove('waiting')
      answer.append(element('p', 'failed', [message]))
    },
    finish(whole) {
      chips.clear()
      words.replaceChildren(...segmentNodes(whole.segments, chips))
      answer.className = `answer ${whole.outcome}`
      cite(whole.citations)
      for (const node of aboutAnswer(whole)) answer.insertBefore(node, words)
      article.append(...underAnswer(whole, id))
    },
  }
}

/** Segments as words and chips in reading order. */
function segmentNodes(segments, chips) {
  return piecesOf(segments).flatMap((piece) =>
    'marks' in piece ? piece.marks.map((n) => chipOf(n, chips)) : [element('span', piece.kind, [piece.text])],
  )
}

function chipOf(n, chips) {
  const chip = element('a', 'chip', [String(n)])
  chips.set(n, [...(chips.get(n) ?? []), chip])
  return chip
}

/** What stands above the words: the verdict, how the question was understood, what is less than the best. */
function aboutAnswer(answer) {
  const nodes = []
  if (answer.outcome === 'declined') nodes.push(verdict(VERDICTS[answer.reason] ?? ['不作回答', 'Declined']))
  if (answer.outcome === 'ambiguous') nodes.push(verdict(['不止一处符合，请指明', 'More than one match']))
  if (answer.understoodAs) nodes.push(element('p', 'note', [`理解为：${answer.understoodAs}`]))
  const reason = answer.fallback?.reason
  if (answer.retrieval === 'keyword')
    nodes.push(element('p', 'note warn', [`仅按关键词检索${reason ? `：${reason}` : ''} `, english('keyword-only')]))
  else if (reason) nodes.push(element('p', 'note warn', [reason]))
  for (const note of answer.notes ?? []) nodes.push(element('p', 'note', [note]))
  return nodes
}

const verdict = ([chinese, words]) => element('p', 'verdict', [chinese, ' ', english(words)])

/** What stands below: the citations, then the clauses that came near. */
function underAnswer(answer, id) {
  const nodes = []
  if (answer.citations.length > 0) {
    const cards = answer.citations.map((citation) => citationCard(citation, id))
    nodes.push(
      element('section', 'sources', [
        answer.outcome === 'declined' ? heading('相关原文', 'The words nearest to it') : heading('依据', 'Sources'),
        element('ol', 'cards', cards),
      ]),
    )
  }
  const near = nearestOf(answer)
  if (near.length > 0) nodes.push(nearby(near, answer.outcome))
  nodes.push(element('p', 'meta', [`${milliseconds(answer.timings)} · ${answer.index.generation}`]))
  return nodes
}

/** Passages no citation shows already; of an ambiguous answer, those it names: nearestOf of render.ts. */
function nearestOf(answer) {
  const nameOf = ({ documentId, path }) => `${documentId}#${path.join('/')}`
  const shown = new Set(answer.citations.map(nameOf))
  const near = answer.passages.filter((passage) => !shown.has(nameOf(passage)))
  if (answer.outcome === 'ambiguous')
    return near.filter(({ title, spoken }) => answer.text.includes(`${bracketed(title)}${spoken}`))
  return answer.reason === 'no-such-clause' ? [] : near.slice(0, 3)
}

function nearby(passages, outcome) {
  const list = element(
    'ul',
    'near',
    passages.map((passage) => nearItem(passage, outcome)),
  )
  if (outcome === 'answered')
    return element('details', 'also', [element('summary', '', ['也检索到 ', english('Also found')]), list])
  const [chinese, words] = outcome === 'ambiguous' ? ['可能是指', 'Candidates'] : ['最接近的条款', 'Nearest clauses']
  return element('section', 'also', [heading(chinese, words), list])
}

function nearItem({ title, spoken, label, text, url }, outcome) {
  const place = link(url, [element('b', '', [spoken]), ' ', bracketed(title)])
  const words = element('p', 'snippet', [text.length > 160 ? `${text.slice(0, 160)}…` : text])
  if (outcome !== 'ambiguous') return element('li', '', [place, words])
  const choose = element('button', 'quiet', ['就问这一处 ', english('This one')])
  choose.type = 'button'
  choose.addEventListener('click', () => ask(`${bracketed(title)}${spoken}`))
  return element('li', '', [place, words, choose])
}

const FROM = { operator: '管理员注明', inferred: '推断' }

function citationCard(citation, id) {
  const { n, title, titleFrom, date, dateFrom, label, spoken, page, quote, alsoIn, url, source } = citation
  const card = element('li', 'card', [
    element('p', 'place', [
      element('span', 'n', [String(n)]),
      element('span', 'where', [
        element('b', '', [spoken]),
        label === '' || label === spoken ? '' : element('span', 'label', [label]),
        page === undefined ? '' : element('span', 'label', [pageWords(page)]),
        element('cite', '', [bracketed(title)]),
        titleFrom && FROM[titleFrom] ? element('small', '', [`（题名：${FROM[titleFrom]}）`]) : '',
      ]),
      element('span', 'when', [
        date ?? '日期不详',
        date && FROM[dateFrom] ? element('small', '', [`（${FROM[dateFrom]}）`]) : '',
      ]),
    ]),
    element('blockquote', '', [quote]),
  ])
  if (alsoIn.length > 0)
    card.append(
      element('p', 'twins', [
        '另见 ',
        ...alsoIn.flatMap((twin, i) => [i > 0 ? '；' : '', link(twin.url, [bracketed(twin.title), twin.spoken])]),
      ]),
    )
  card.append(
    element('p', 'actions', [
      link(url, ['在原文中查看 ', english('In the text')]),
      copyButton(`“${quote}”（${bracketed(title)}${spoken}）`),
      element('span', 'file', [source]),
    ]),
  )
  card.id = `${id}-${n}`
  return card
}

function copyButton(text) {
  const button = element('button', 'quiet', ['复制引文 ', english('Copy')])
  button.type = 'button'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text)
    button.textContent = '已复制'
  })
  return button
}

/** Book-title marks, unless the title has its own. */
const bracketed = (title) => (title.startsWith('《') ? title : `《${title}》`)

function milliseconds(timings) {
  const total = timings.total ?? Object.values(timings).reduce((sum, value) => sum + value, 0)
  return `${Math.round(total)} 毫秒`
}

const heading = (chinese, words) => element('h3', '', [chinese, ' ', english(words)])

function english(words) {
  const node = element('span', 'en', [words])
  node.lang = 'en'
  return node
}

/** Only addresses of this server become links. */
function link(url, children) {
  const node = element('a', '', children)
  if (/^\/(?!\/)/.test(url)) node.href = url
  return node
}

function element(name, className, children = []) {
  const node = document.createElement(name)
  if (className) node.className = className
  node.append(...children)
  return node
}
