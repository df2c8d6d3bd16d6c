/**
 * A part of one id's history: what a recovery delivers, and beside it what it leaves out, can't read, or finds deleted.
 *
 * The journal's own reader judges; only where it leaves a batch out, or stops, are the items looked at one by one. So a page costs
 * what a recovery of these events costs, however long the history is.
 */
import type { Entry, EventState, HistoryPage } from '../page/protocol.js'
import { decoded, eventEntry } from './event-entry.js'
import type { Explorer } from './explorer.js'
import { isDamaged, type StoredThing, storedItems } from './stored-items.js'
import { type VisibleEvents, visibleEvents } from './visible-events.js'

/** Which part. */
export interface HistoryRange {
  readonly from: number
  /** How many lines. */
  readonly limit: number
}

/** Something at a number, and what a recovery makes of it. */
interface Judged {
  readonly thing: StoredThing
  readonly state: EventState
}

export const historyPage = async (
  explorer: Explorer,
  persistenceId: string,
  { from, limit }: HistoryRange,
  signal: AbortSignal,
): Promise<HistoryPage> => {
  const { journal } = explorer
  const [known, deletedTo] = await Promise.all([
    journal.readHighestSequenceNr(persistenceId, 0, { signal, priority: 'feed' }),
    journal.readDeletedToSequenceNr(persistenceId, { signal }),
  ])
  const entries: Entry[] = []
  let highestSequenceNr = known
  let failure: string | undefined
  let expected = from
  // Behind a damaged item it begins anew.
  for (let start = from; start <= highestSequenceNr && entries.length < limit; ) {
    const max = limit - entries.length
    const visible = await visibleEvents(explorer, persistenceId, { from: start, max }, signal)
    highestSequenceNr = Math.max(highestSequenceNr, visible.events.at(-1)?.sequenceNr ?? 0)
    failure ??= visible.failure?.text
    const to = Math.min(highestSequenceNr, endOf(visible, { from: start, limit: max }))
    const range = { from: start, to, limit: max }
    for (const { thing, state } of await judgedThings(explorer, persistenceId, visible, range, signal)) {
      entries.push(...emptyBetween(expected, thing.sequenceNr - 1, deletedTo))
      if (entries.length >= limit) break
      expected = thing.sequenceNr + 1
      entries.push(isDamaged(thing) ? thing : eventEntry(thing, state, await decoded(explorer, persistenceId, thing)))
    }
    if (entries.length < limit) entries.push(...emptyBetween(expected, to, deletedTo))
    expected = Math.max(expected, to + 1)
    start = to + 1
  }
  const shown = entries.slice(0, limit)
  const last = shown.at(-1)
  const next = last === undefined ? undefined : ('to' in last ? last.to : last.sequenceNr) + 1
  return {
    highestSequenceNr,
    deletedTo,
    entries: shown,
    ...(next !== undefined && next <= highestSequenceNr && { next }),
    ...(failure !== undefined && { failure }),
  }
}

/** The last number that a read can tell of: of a damaged item before it, its first. */
const endOf = ({ events, isEnd, failure }: VisibleEvents, { from, limit }: HistoryRange): number => {
  if (failure !== undefined) return Math.max(from, failure.sequenceNr)
  return isEnd ? Number.MAX_SAFE_INTEGER : (events[limit - 1]?.sequenceNr ?? from)
}

/** What lies from `from` to `to`, in order: at least `limit` of it, or all. */
const judgedThings = async (
  explorer: Explorer,
  persistenceId: string,
  { events, torn, failure }: VisibleEvents,
  { from, to, limit }: HistoryRange & { readonly to: number },
  signal: AbortSignal,
): Promise<Judged[]> => {
  const byNumber = new Map<number, Judged>()
  for (const event of events)
    if (event.sequenceNr <= to) byNumber.set(event.sequenceNr, { thing: event, state: 'visible' })
  const look = async (first: number, last: number, state: EventState) => {
    const range = { from: Math.max(from, first), to: Math.min(to, last), max: limit }
    for (const thing of await storedItems(explorer, persistenceId, range, signal))
      if (!byNumber.has(thing.sequenceNr)) byNumber.set(thing.sequenceNr, { thing, state })
  }
  for (const [first, last] of torn) await look(first, last, 'torn')
  if (failure !== undefined) await look(Math.max(from, (events.at(-1)?.sequenceNr ?? 0) + 1), to, 'unjudged')
  return [...byNumber.values()].sort((a, b) => a.thing.sequenceNr - b.thing.sequenceNr)
}

/** The numbers that hold nothing: deleted, or never stored. */
const emptyBetween = (first: number, last: number, deletedTo: number): Entry[] => {
  const entries: Entry[] = []
  if (first <= Math.min(last, deletedTo)) entries.push({ kind: 'deleted', from: first, to: Math.min(last, deletedTo) })
  const gap = Math.max(first, deletedTo + 1)
  if (gap <= last) entries.push({ kind: 'gap', from: gap, to: last })
  return entries
}
