import { visible } from '../visible.js'
import { element } from './element.js'
import type { Entry, EventEntry, HistoryPage, SnapshotEntry } from './protocol.js'
import { button, numberText } from './view.js'
import { visibleJson } from './visible-json.js'

/** What can be opened from a timeline. */
export interface TimelineHandlers {
  readonly onEvent: (sequenceNr: number, opener: HTMLButtonElement) => void
  readonly onSnapshot: (sequenceNr: number, opener: HTMLButtonElement) => void
}

const COLUMNS = ['Number', 'Time', 'Batch', 'Payload', 'Serializer', 'Tags', 'Writer'] as const

/** A part of a history, line by line, with the snapshots that lie in it. */
export const timeline = (
  { entries }: HistoryPage,
  snapshots: readonly SnapshotEntry[],
  handlers: TimelineHandlers,
): HTMLElement => {
  const body = element('tbody', { onkeydown: moveBetweenButtons })
  const left = snapshots.toSorted((a, b) => a.sequenceNr - b.sequenceNr)
  const first = startOf(entries[0])
  while (left[0] !== undefined && left[0].sequenceNr < first - 1) left.shift()
  const tellSnapshots = (through: number) => {
    for (; left[0] !== undefined && left[0].sequenceNr <= through; left.shift())
      body.append(snapshotRow(left[0], handlers))
  }
  tellSnapshots(first - 1)
  for (const entry of entries) {
    if (entry.kind === 'event') body.append(eventRow(entry, handlers))
    else body.append(otherRow(entry))
    tellSnapshots('to' in entry ? entry.to : entry.sequenceNr)
  }
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      { class: 'timeline' },
      element('caption', {}, `${numberText(entries.length)} lines. Arrow keys move between them, Enter opens one.`),
      element('thead', {}, element('tr', {}, ...COLUMNS.map((name) => element('th', { scope: 'col' }, name)))),
      body,
    ),
  )
}

const startOf = (entry: Entry | undefined): number => {
  if (entry === undefined) return 1
  return 'from' in entry ? entry.from : entry.sequenceNr
}

const moveBetweenButtons = (event: Event): void => {
  if (!(event instanceof KeyboardEvent) || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return
  if (!(event.currentTarget instanceof HTMLElement)) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key] ?? at
  const target = buttons[to]
  if (target === undefined) return
  event.preventDefault()
  target.focus()
}

const cell = (text: string, properties: Record<string, string | number> = {}) => element('td', properties, text)

const eventRow = (entry: EventEntry, { onEvent }: TimelineHandlers): HTMLTableRowElement => {
  const { sequenceNr, state, time, index, lastIndex, serializerId, serializerManifest, manifest, writerUuid } = entry
  const opener: HTMLButtonElement = button(numberText(sequenceNr), () => onEvent(sequenceNr, opener), {
    'aria-label': `Event ${numberText(sequenceNr)}: show its payload`,
  })
  const batch = lastIndex > 0 ? `${index + 1} of ${lastIndex + 1}${entry.isPacked ? ', packed' : ''}` : ''
  const manifests = [serializerManifest, manifest].filter((text) => text !== '').map(visible)
  return element(
    'tr',
    { class: [state, lastIndex > 0 ? 'batch' : ''].join(' ').trim() },
    element('th', { scope: 'row', class: 'number' }, opener),
    cell(time ?? 'unknown', { class: 'nowrap' }),
    cell(batch, { class: 'nowrap' }),
    element('td', { class: 'preview mono' }, ...badges(entry), visibleJson(entry.preview)),
    cell([String(serializerId), ...manifests].join(' · ')),
    cell(entry.tags.map(visible).join(', ')),
    cell(visible(writerUuid.slice(0, 8)), { class: 'nowrap mono', title: visible(writerUuid) }),
  )
}

const badge = (text: string, kind = ''): HTMLElement => element('span', { class: `badge ${kind}`.trim() }, text)

/** What is out of the ordinary about an event, in words. */
const badges = ({ state, isDecodable, isDeleted }: EventEntry): (Node | string)[] => {
  const found = [
    ...(state === 'torn' ? [badge('torn batch: left out', 'warn')] : []),
    ...(state === 'unjudged' ? [badge('not reached by a recovery', 'warn')] : []),
    ...(isDecodable ? [] : [badge('undecodable', 'bad')]),
    ...(isDeleted ? [badge('marked as deleted')] : []),
  ]
  return found.flatMap((one) => [one, ' '])
}

const otherRow = (entry: Exclude<Entry, EventEntry>): HTMLTableRowElement => {
  const across = { colspan: COLUMNS.length - 1 }
  if (entry.kind === 'damaged')
    return element(
      'tr',
      { class: 'damaged' },
      element('th', { scope: 'row', class: 'number' }, numberText(entry.sequenceNr)),
      element('td', across, badge('damaged item', 'bad'), ' ', visible(entry.text)),
    )
  const { kind, from, to } = entry
  const numbers = from === to ? numberText(from) : `${numberText(from)} to ${numberText(to)}`
  const text = kind === 'deleted' ? 'deleted' : 'nothing is there, and it was not deleted'
  return element(
    'tr',
    { class: kind },
    element('th', { scope: 'row', class: 'number' }, numbers),
    element('td', across, badge(kind === 'deleted' ? 'deleted' : 'gap', kind === 'deleted' ? '' : 'warn'), ` ${text}`),
  )
}

const snapshotRow = ({ sequenceNr, time }: SnapshotEntry, { onSnapshot }: TimelineHandlers): HTMLTableRowElement => {
  const opener: HTMLButtonElement = button(`after ${numberText(sequenceNr)}`, () => onSnapshot(sequenceNr, opener), {
    'aria-label': `Snapshot after ${numberText(sequenceNr)}: show its state`,
  })
  return element(
    'tr',
    { class: 'snapshot' },
    element('th', { scope: 'row', class: 'number' }, opener),
    cell(time ?? 'unknown', { class: 'nowrap' }),
    element('td', { colspan: COLUMNS.length - 2 }, badge('snapshot')),
  )
}
