import { visible } from '../visible.js'
import { ask } from './ask.js'
import { changesOf } from './changes.js'
import { eventContent, openPanel, snapshotContent } from './detail-panel.js'
import { element } from './element.js'
import type { EventDetail, HistoryPage, SnapshotDetail, SnapshotsPage } from './protocol.js'
import { say } from './status.js'
import { timeline } from './timeline.js'
import { attempt, button, facts, link, numberText, type View, viewAddress } from './view.js'

const LIMIT = 50

/** One id's history, page by page. */
export const historyView: View = async ({ main, about, params, signal }) => {
  const id = params.get('id') ?? ''
  const from = Math.max(1, Math.floor(Number(params.get('from') ?? 1)) || 1)
  const go = (sequenceNr: number) => {
    location.hash = viewAddress('id', { id, from: Math.max(1, sequenceNr) })
  }
  const list = element('div')
  const panel = element('div')
  const problem = element('div')
  const history = element('div', { class: 'history' }, list, panel)
  const snapshotsPlace = element('div')
  main.append(element('h1', { tabindex: '-1' }, visible(id)), problem, history, snapshotsPlace)

  const open = <T>(what: string, path: string, sequenceNr: number, content: (detail: T) => Node[]) => {
    return (opener: HTMLButtonElement) =>
      void attempt(panel, signal, async () => {
        const detail = await ask<T>(path, { id, sequenceNr }, signal)
        openPanel(panel, `${what} ${numberText(sequenceNr)}`, opener, content(detail))
      })
  }
  const handlers = {
    onEvent: (sequenceNr: number, opener: HTMLButtonElement) =>
      open<EventDetail>('Event', 'event', sequenceNr, eventContent)(opener),
    onSnapshot: (sequenceNr: number, opener: HTMLButtonElement) =>
      open<SnapshotDetail>('Snapshot after', 'snapshot', sequenceNr, snapshotContent)(opener),
  }

  let snapshots: SnapshotsPage = { snapshots: [] }
  await attempt(snapshotsPlace, signal, async () => {
    snapshots = await ask<SnapshotsPage>('snapshots', { id }, signal)
  })
  await attempt(list, signal, async () => {
    const page = await ask<HistoryPage>('history', { id, from, limit: LIMIT }, signal)
    const { highestSequenceNr: highest, deletedTo, next, failure } = page
    if (failure !== undefined)
      problem.replaceChildren(element('p', { class: 'error' }, `A recovery of these events fails: ${visible(failure)}`))
    const number = element('input', { type: 'number', id: 'from', min: 1, max: Math.max(1, highest), value: from })
    const bar = element(
      'div',
      { class: 'bar' },
      button('First', () => go(deletedTo + 1), { disabled: from <= deletedTo + 1 }),
      button('Earlier', () => go(from - LIMIT), { disabled: from <= 1 }),
      button('Later', () => go(next ?? from), { disabled: next === undefined }),
      button('Newest', () => go(highest - LIMIT + 1), { disabled: highest <= LIMIT || from > highest - LIMIT }),
      element(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault()
            go(Number(number.value))
          },
        },
        element('label', { for: 'from' }, 'From event'),
        number,
        element('button', {}, 'Go'),
      ),
      link('Follow it live', viewAddress('live', { id })),
    )
    const kept = snapshots.snapshots.length
    list.replaceChildren(
      facts([
        ['Highest number', numberText(highest)],
        ['Deleted', deletedTo > 0 ? `up to ${numberText(deletedTo)}` : 'nothing'],
        ['Snapshots', `${numberText(kept)}${snapshots.next === undefined ? '' : ' and more'}`],
      ]),
      bar,
      highest === 0
        ? element('p', {}, 'There are no events of this id. It may be misspelt.')
        : timeline(page, snapshots.snapshots, handlers),
    )
    say(`${numberText(page.entries.length)} lines from event ${numberText(from)} on.`)
  })
  main.append(changesOf({ id, about, signal, onChanged: () => location.reload() }))
}
