import { visible } from '../visible.js'
import { diffTable } from './diff-table.js'
import { element } from './element.js'
import type { EventDetail, SnapshotDetail } from './protocol.js'
import { button, facts, numberText } from './view.js'

/** A panel beside a timeline: focus goes to its heading, and comes back where it was opened. */
export const openPanel = (place: HTMLElement, heading: string, opener: HTMLElement, content: readonly Node[]): void => {
  const close = () => {
    place.replaceChildren()
    place.parentElement?.classList.remove('has-detail')
    opener.closest('tr')?.removeAttribute('aria-current')
    opener.focus()
  }
  const title = element('h2', { tabindex: '-1', id: 'detail' }, heading)
  const panel = element(
    'section',
    {
      class: 'detail',
      'aria-labelledby': 'detail',
      onkeydown: (event) => {
        if (event instanceof KeyboardEvent && event.key === 'Escape') close()
      },
    },
    title,
    ...content,
    element('div', { class: 'bar' }, button('Close', close)),
  )
  for (const row of document.querySelectorAll('tr[aria-current]')) row.removeAttribute('aria-current')
  opener.closest('tr')?.setAttribute('aria-current', 'true')
  place.replaceChildren(panel)
  place.parentElement?.classList.add('has-detail')
  title.focus()
  panel.scrollIntoView({ block: 'nearest' })
}

/** What a panel shows of an event. */
export const eventContent = ({ entry, payload, previous }: EventDetail): Node[] => {
  const { time, writerUuid, serializerId, serializerManifest, manifest, tags, index, lastIndex, bytes } = entry
  const states = {
    visible: 'a recovery delivers it',
    torn: 'a recovery leaves it out: the rest of its batch is not there',
    unjudged: 'a recovery stops before it, at a damaged item',
  } as const
  const none = '(none)'
  return [
    facts([
      ['State', states[entry.state]],
      ['Time', time ?? 'unknown'],
      ['Batch', lastIndex > 0 ? `${index + 1} of ${lastIndex + 1}${entry.isPacked ? ', packed' : ''}` : 'stands alone'],
      ['Serializer', `${serializerId}${serializerManifest === '' ? '' : `, manifest ${visible(serializerManifest)}`}`],
      ['Event manifest', manifest === '' ? none : visible(manifest)],
      ['Tags', tags.length === 0 ? none : tags.map(visible).join(', ')],
      ['Writer', visible(writerUuid)],
      ['Size', `${numberText(bytes)} bytes`],
    ]),
    diffTable(
      `Event ${numberText(entry.sequenceNr)}`,
      payload,
      previous && { name: `Event ${numberText(previous.sequenceNr)}`, value: previous.payload },
    ),
  ]
}

/** What a panel shows of a snapshot. */
export const snapshotContent = ({ sequenceNr, time, state, previous }: SnapshotDetail): Node[] => [
  facts([
    ['Time', time ?? 'unknown'],
    ['Covers', `events up to ${numberText(sequenceNr)}`],
  ]),
  diffTable(
    `Snapshot after ${numberText(sequenceNr)}`,
    state,
    previous && { name: `Snapshot after ${numberText(previous.sequenceNr)}`, value: previous.state },
  ),
]
