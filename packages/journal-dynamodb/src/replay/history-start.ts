/**
 * What lies around the number that a replay starts at: the part of an atomic write that comes before it, a packed batch that goes over it, and
 * what overtaken writers have left there.
 */
import {
  eventKey,
  getItems,
  PARTITION_SIZE,
  partitionOf,
  type RequestOptions,
  readable,
  readJournalItem,
  type StoredEvent,
} from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { isWholeBelow } from '../marks.js'
import { readHeadDownFrom } from './batch-head.js'
import { findCoveringBatch, lastInPartition } from './occupied.js'
import type { RecentLowMark } from './recent-low-mark.js'

/** Of which replay this is the start. */
export interface HistoryStartParts {
  readonly context: JournalContext
  readonly persistenceId: string
  readonly options: RequestOptions
  readonly lowMark: RecentLowMark
  /** The first number that is wanted. */
  readonly from: number
  /** May it lie inside an atomic write, rather than right behind one? */
  readonly startsAnywhere: boolean
}

export class HistoryStart {
  readonly #parts: HistoryStartParts
  /** The event right before, where it lies in the same hundred. */
  #before: StoredEvent | undefined

  constructor(parts: HistoryStartParts) {
    this.#parts = parts
  }

  /** Takes notice of an event before the first one that is wanted. */
  sawBefore(event: StoredEvent): void {
    this.#before = event
  }

  /** Is the part of the event's atomic write that lies before the replay, or was deleted, accounted for? */
  async isHeadPresent(event: StoredEvent): Promise<boolean> {
    if (event.isPacked) return true
    const { context, persistenceId, options, lowMark, from } = this.#parts
    const isFirst = event.sequenceNr === from
    const head = isFirst ? await readHeadDownFrom(context, persistenceId, event, options) : event.sequenceNr
    return isWholeBelow(await lowMark.get(), event, head)
  }

  /**
   * The events from a number on of the packed batch that it lies inside of, if it does.
   * @param start - where the replay starts, or goes on behind deleted events.
   */
  async coveringEvents(start: number): Promise<readonly StoredEvent[]> {
    const { context, persistenceId, options, lowMark } = this.#parts
    const { config, requests, goesOnWithout } = context
    const { sequenceNr, cutBatch } = await lowMark.get()
    const notBelow = cutBatch ?? sequenceNr
    const first =
      start === sequenceNr
        ? cutBatch
        : (await findCoveringBatch(context, persistenceId, start, notBelow, options))?.first
    if (first === undefined) return []
    const [item] = await getItems(requests, config.table, [eventKey(config, persistenceId, first)], options)
    if (item === undefined) return []
    const read = () => readJournalItem(item, config.table, persistenceId, partitionOf(first))
    return (readable(read, goesOnWithout) ?? []).filter((event) => event.sequenceNr >= start)
  }

  /**
   * If nothing is behind the event before: may that be a stray, under a packed batch that goes on? Not if it stands alone, or is the last one
   * of a batch that is whole. Says so once.
   */
  async mayHideMore(): Promise<boolean> {
    const { context, persistenceId, options, startsAnywhere } = this.#parts
    const before = this.#before
    this.#before = undefined
    if (before === undefined || before.isPacked || before.lastIndex === 0) return false
    if (before.index < before.lastIndex) return true
    if (!startsAnywhere) return false
    const head = await readHeadDownFrom(context, persistenceId, before, options)
    return head > before.sequenceNr - before.index
  }

  /** The last number of the hundred before, which a replay that starts at the edge of one has not read; `undefined` if it is empty. */
  async lastBeforeEdge(): Promise<number | undefined> {
    const { context, persistenceId, options, from, startsAnywhere } = this.#parts
    if (from % PARTITION_SIZE > 0) return undefined
    const trusted = startsAnywhere ? undefined : from - 1
    return lastInPartition(context, persistenceId, partitionOf(from) - 1, options, trusted)
  }
}
