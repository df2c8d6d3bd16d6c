import { addressOf, ask, openStream } from './ask.js'
import { element } from './element.js'
import type { Count, TableHealth } from './protocol.js'
import { Announcer, say } from './status.js'
import { attempt, button, facts, numberText, type View } from './view.js'

/** Whether the tables are as they should be, how large they are, and what they can take. */
export const tablesView: View = async ({ main, signal }) => {
  const cards = element('div', { class: 'cards' })
  main.append(element('h1', { tabindex: '-1' }, 'Tables'), cards, counting(signal))
  await attempt(cards, signal, async () => {
    const tables = await ask<readonly TableHealth[]>('tables', {}, signal)
    cards.replaceChildren(...tables.map(card))
    const faults = tables.flatMap(({ remarks }) => remarks).filter(({ kind }) => kind === 'fault').length
    say(faults === 0 ? 'Both tables are as they should be.' : `${numberText(faults)} faults in the tables.`)
  })
}

const card = ({ table, facts: known = [], indexes, remarks }: TableHealth): HTMLElement => {
  const headers = ['Index', 'Projection', 'Status', 'Items', 'Bytes']
  return element(
    'section',
    { class: 'detail', 'aria-label': `Table ${table}` },
    element('h2', {}, table),
    ...remarks.filter(({ kind }) => kind === 'fault').map(({ text }) => element('p', { class: 'error' }, text)),
    facts(known.map(({ name, value }) => [name, value] as const)),
    indexes.length === 0
      ? undefined
      : element(
          'div',
          { class: 'scroll' },
          element(
            'table',
            {},
            element('caption', {}, 'Indexes'),
            element('thead', {}, element('tr', {}, ...headers.map((name) => element('th', { scope: 'col' }, name)))),
            element(
              'tbody',
              {},
              ...indexes.map(({ name, projection, status, items, bytes }) =>
                element(
                  'tr',
                  {},
                  element('th', { scope: 'row' }, name),
                  element('td', {}, projection),
                  element('td', {}, status),
                  element('td', { class: 'number' }, numberText(items)),
                  element('td', { class: 'number' }, numberText(bytes)),
                ),
              ),
            ),
          ),
        ),
    element(
      'ul',
      {},
      ...remarks.filter(({ kind }) => kind === 'hint').map(({ text }) => element('li', { class: 'quiet' }, text)),
    ),
  )
}

const dollars = (amount: number): string => `$${amount < 1 ? amount.toPrecision(2) : amount.toFixed(2)}`

const counting = (signal: AbortSignal): HTMLElement => {
  const place = element('div')
  const announcer = new Announcer()
  let stop: AbortController | undefined
  const start = button('Count now', () => {
    stop = new AbortController()
    start.disabled = true
    stopButton.disabled = false
    openStream<Count>(
      'count',
      addressOf('count'),
      {
        onMessage: (count) => {
          place.replaceChildren(countFacts(count))
          announcer.tell(`${count.isDone ? 'Counted' : 'So far'}: ${numberText(count.events)} events.`)
        },
        onEnd: (error) => {
          ended()
          if (error !== undefined) place.replaceChildren(element('p', { class: 'error', role: 'alert' }, error))
        },
      },
      AbortSignal.any([signal, stop.signal]),
    )
  })
  const ended = () => {
    start.disabled = false
    stopButton.disabled = true
  }
  const stopButton = button(
    'Stop',
    () => {
      stop?.abort()
      announcer.stop()
      ended()
    },
    { disabled: true },
  )
  signal.addEventListener('abort', () => announcer.stop(), { once: true })
  return element(
    'section',
    { 'aria-labelledby': 'count' },
    element('h2', { id: 'count' }, 'What the journal holds'),
    element(
      'p',
      { class: 'quiet' },
      'Counting reads the whole table once, strongly consistent: a read unit for every 4 KiB. Prices are those of us-east-1.',
    ),
    element('div', { class: 'bar' }, start, stopButton),
    place,
  )
}

const countFacts = (count: Count): HTMLElement =>
  facts([
    ['', count.isDone ? 'complete' : 'still counting'],
    ['Events', numberText(count.events)],
    [
      'Items',
      `${numberText(count.items)}, of them ${numberText(count.marks)} marks and ${numberText(count.others)} others`,
    ],
    ['Size', `${numberText(count.bytes)} bytes; the largest item has ${numberText(count.largestItemBytes)}`],
    ['Storing them', `${dollars(count.cost.storagePerMonth)} a month`],
    ['Having written them', `${dollars(count.cost.writingOnce)} (${numberText(count.writeUnits)} write units)`],
    ['Reading them all once', `${dollars(count.cost.readingOnce)} (${numberText(count.readUnits)} read units)`],
  ])
