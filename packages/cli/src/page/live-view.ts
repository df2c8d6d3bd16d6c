import { visible } from '../visible.js'
import { addressOf, openStream } from './ask.js'
import { element } from './element.js'
import type { TailEntry } from './protocol.js'
import { Announcer, say } from './status.js'
import { button, link, numberText, type View, viewAddress } from './view.js'
import { visibleJson } from './visible-json.js'

/** Older ones are taken out of the page. */
const MAX_ROWS = 200
const COLUMNS = ['Time', 'Id', 'Number', 'Payload', 'Tags'] as const

/** Events as they are written: of all ids, with a tag, or of one id. */
export const liveView: View = ({ main, params, signal }) => {
  const [id, tag] = [params.get('id') ?? '', params.get('tag') ?? '']
  const field = (name: string, label: string, value: string) => {
    const input = element('input', { type: 'text', id: name, name, autocomplete: 'off', spellcheck: 'false' })
    input.value = value
    return { input, parts: [element('label', { for: name }, label), input] as const }
  }
  const ofId = field('id', 'Only this id', id)
  const withTag = field('tag', 'or only with the tag', tag)
  const given = (text: string) => (text === '' ? undefined : text)
  const form = element(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        const [newId, newTag] = [given(ofId.input.value), given(withTag.input.value)]
        location.hash = viewAddress('live', newId === undefined ? { tag: newTag } : { id: newId })
      },
    },
    ...ofId.parts,
    ...withTag.parts,
    element('button', {}, 'Follow'),
  )
  const state = element('p', { class: 'quiet', id: 'live-state' }, 'Connecting…')
  const rows = element('tbody')
  const problem = element('div')
  const announcer = new Announcer()
  const stop = new AbortController()
  const stopped = (text: string) => {
    stop.abort()
    announcer.stop()
    stopButton.disabled = true
    state.textContent = text
    say(text)
  }
  const stopButton = button('Stop', () => stopped(`Stopped after ${numberText(count)} events.`))
  let count = 0
  main.append(
    element('h1', { tabindex: '-1' }, 'Live'),
    form,
    element('div', { class: 'bar' }, stopButton, state),
    problem,
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        element('caption', {}, `The newest events first, ${MAX_ROWS} at most.`),
        element('thead', {}, element('tr', {}, ...COLUMNS.map((name) => element('th', { scope: 'col' }, name)))),
        rows,
      ),
    ),
  )
  const source = id !== '' ? { id } : tag !== '' ? { tag } : { minSlice: 0, maxSlice: 1023 }
  openStream<TailEntry>(
    'entry',
    addressOf('tail', source),
    {
      onReady: () => {
        state.textContent = 'Waiting for events.'
        say('Waiting for events.')
      },
      onMessage: (entry) => {
        count++
        rows.prepend(row(entry))
        if (rows.childElementCount > MAX_ROWS) rows.lastElementChild?.remove()
        state.textContent = `${numberText(count)} events since it was opened.`
        announcer.tell(`${numberText(count)} events, the newest: ${visible(entry.persistenceId)} ${entry.sequenceNr}`)
      },
      onEnd: (error) => {
        stopped('It has ended.')
        if (error !== undefined)
          problem.replaceChildren(element('p', { class: 'error', role: 'alert' }, visible(error)))
      },
    },
    AbortSignal.any([signal, stop.signal]),
  )
  signal.addEventListener('abort', () => announcer.stop(), { once: true })
}

const row = ({ persistenceId, sequenceNr, time, tags, preview }: TailEntry): HTMLTableRowElement =>
  element(
    'tr',
    {},
    element('td', { class: 'nowrap' }, time ?? 'unknown'),
    element(
      'td',
      {},
      link(visible(persistenceId), viewAddress('id', { id: persistenceId, from: Math.max(1, sequenceNr - 20) })),
    ),
    element('td', { class: 'number' }, numberText(sequenceNr)),
    element('td', { class: 'preview mono' }, visibleJson(preview)),
    element('td', {}, tags.map(visible).join(', ')),
  )
