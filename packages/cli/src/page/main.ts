/** The page of `dynact explore`: chooses the view by what stands behind # in the address. */
import { ask } from './ask.js'
import { historyView } from './history-view.js'
import { idsView } from './ids-view.js'
import { liveView } from './live-view.js'
import type { About } from './protocol.js'
import { say } from './status.js'
import { tablesView } from './tables-view.js'
import { attempt, type View } from './view.js'

const VIEWS: Readonly<Record<string, View>> = { ids: idsView, id: historyView, live: liveView, tables: tablesView }

const part = (id: string): HTMLElement => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}.`)
  return found
}

let left = new AbortController()

const show = async (about: About, isFirst: boolean): Promise<void> => {
  left.abort()
  left = new AbortController()
  const { signal } = left
  const main = part('main')
  const [name = '', query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const view = VIEWS[name] ?? idsView
  const tab = name === 'id' || VIEWS[name] === undefined ? 'ids' : name
  for (const anchor of document.querySelectorAll('nav a'))
    if (anchor.getAttribute('href') === `#/${tab}`) anchor.setAttribute('aria-current', 'page')
    else anchor.removeAttribute('aria-current')
  main.replaceChildren()
  say('')
  const shown = view({ main, about, params: new URLSearchParams(query), signal })
  const heading = main.querySelector('h1')
  document.title = `${heading?.textContent ?? ''} – dynact explore`
  // Whoever has followed a link goes on reading there; at first the browser begins at the top by itself.
  if (!isFirst) heading?.focus()
  await shown
}

const start = async (): Promise<void> => {
  // The cookie is there: nobody should find the token in the history of the browser.
  history.replaceState(null, '', `/${location.hash}`)
  const main = part('main')
  // Its address would be taken for a view's.
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault()
    main.focus()
  })
  await attempt(main, left.signal, async () => {
    const about = await ask<About>('about', {}, left.signal)
    const may = about.isWritable ? 'may repair and delete' : 'reads only'
    part('about').textContent = `${about.table} at ${about.place}, ${may}`
    addEventListener('hashchange', () => void show(about, false))
    await show(about, true)
  })
}

await start()
