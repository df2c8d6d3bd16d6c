import {
  type AbortOptions,
  ConfigError,
  checkPersistenceId,
  checkSlices,
  type EventEnvelope,
  entityTypeOf,
  eventEnvelope,
  type Journal,
  NoOffset,
  type PersistenceIdPage,
  type PersistenceIdsOptions,
  type PersistentRepr,
  QueryStreams,
  type ReadJournal,
  type SequenceOffset,
  sliceOf,
  startOf,
  type TimestampOffset,
} from '@dynact/persistence'
import { type WriteLog, writeLogs } from './write-log.js'

type FeedOffset = NoOffset | TimestampOffset
/** Does a stream of many ids have this event? */
type Selects = (event: PersistentRepr) => boolean

const PAGE_SIZE = 100

class InMemoryReadJournal implements ReadJournal {
  readonly #journal: Journal
  readonly #log: WriteLog
  readonly #streams = new QueryStreams()

  constructor(journal: Journal, log: WriteLog) {
    this.#journal = journal
    this.#log = log
  }

  currentPersistenceIds({ from, prefix, signal }: PersistenceIdsOptions = {}) {
    return this.#streams.open(() => this.#ids(from, prefix), signal)
  }

  currentPersistenceIdPages({ from, prefix, signal }: PersistenceIdsOptions = {}) {
    return this.#streams.open(() => this.#idPages(from, prefix), signal)
  }

  persistenceIds({ from, prefix, signal }: PersistenceIdsOptions = {}) {
    return this.#streams.open((stop) => this.#ids(from, prefix, stop), signal)
  }

  currentEventsByPersistenceId<E>(persistenceId: string, from = 1, to?: number, { signal }: AbortOptions = {}) {
    checkPersistenceId(persistenceId)
    return this.#streams.open((stop) => this.#eventsOf<E>(persistenceId, from, to, stop, false), signal)
  }

  eventsByPersistenceId<E>(persistenceId: string, from = 1, to?: number, { signal }: AbortOptions = {}) {
    checkPersistenceId(persistenceId)
    return this.#streams.open((stop) => this.#eventsOf<E>(persistenceId, from, to, stop, true), signal)
  }

  currentEventsByTag<E>(tag: string, offset: FeedOffset = NoOffset, options?: AbortOptions) {
    return this.#openFeed<E>(hasTag(tag), offset, false, options)
  }

  eventsByTag<E>(tag: string, offset: FeedOffset = NoOffset, options?: AbortOptions) {
    return this.#openFeed<E>(hasTag(tag), offset, true, options)
  }

  currentEventsBySlices<E>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset: FeedOffset = NoOffset,
    options?: AbortOptions,
  ) {
    return this.#openFeed<E>(isInSlices(entityType, minSlice, maxSlice), offset, false, options)
  }

  eventsBySlices<E>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset: FeedOffset = NoOffset,
    options?: AbortOptions,
  ) {
    return this.#openFeed<E>(isInSlices(entityType, minSlice, maxSlice), offset, true, options)
  }

  async close(): Promise<void> {
    this.#streams.close()
  }

  /** With a signal those that come later, too, until it aborts. */
  async *#ids(from?: string, prefix = '', live?: AbortSignal): AsyncGenerator<string, void> {
    const { writes } = this.#log
    let next = placeOf(from)
    const told = new Set(writes.slice(0, next).map(({ persistenceId }) => persistenceId))
    for (;;) {
      for (; next < writes.length; next++) {
        const { persistenceId = '' } = writes[next] ?? {}
        if (told.has(persistenceId) || !persistenceId.startsWith(prefix)) continue
        told.add(persistenceId)
        yield persistenceId
      }
      if (live === undefined) return
      await this.#log.moreThan(next, live)
    }
  }

  async *#idPages(from?: string, prefix = ''): AsyncGenerator<PersistenceIdPage, void> {
    const firsts = new Map<string, number>()
    for (const [index, { persistenceId }] of this.#log.writes.entries())
      if (!firsts.has(persistenceId) && persistenceId.startsWith(prefix)) firsts.set(persistenceId, index)
    const start = placeOf(from)
    const rest = [...firsts].filter(([, index]) => index >= start)
    for (let index = 0; index < rest.length; index += PAGE_SIZE) {
      const page = rest.slice(index, index + PAGE_SIZE)
      const following = rest[index + PAGE_SIZE]?.[1]
      yield { persistenceIds: page.map(([id]) => id), next: following === undefined ? undefined : String(following) }
    }
  }

  async *#eventsOf<E>(
    persistenceId: string,
    from: number,
    to = Number.MAX_SAFE_INTEGER,
    signal: AbortSignal,
    isLive: boolean,
  ): AsyncGenerator<EventEnvelope<E, SequenceOffset>, void> {
    for (let next = Math.max(1, from); ; ) {
      const seen = this.#log.writes.length
      const range = { fromSequenceNr: next, toSequenceNr: to }
      const replay = this.#journal.replayEvents(persistenceId, range, { signal })
      for await (const event of replay) {
        const { sequenceNr } = event
        next = sequenceNr + 1
        if (event.deleted !== true) yield eventEnvelope<E, SequenceOffset>(event, () => ({ sequenceNr }))
      }
      if (!isLive || next > to || (await replay.highestSequenceNr) > to) return
      await this.#log.moreThan(seen, signal)
    }
  }

  #openFeed<E>(selects: Selects, offset: FeedOffset, isLive: boolean, { signal }: AbortOptions = {}) {
    const start = startOf(offset)
    return this.#streams.open((stop) => this.#feed<E>(selects, start, isLive, stop), signal)
  }

  async *#feed<E>(
    selects: Selects,
    start: TimestampOffset | undefined,
    isLive: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<EventEnvelope<E, TimestampOffset>, void> {
    const deliveries = Object.entries(start?.seen ?? {})
    const delivered = new Map(deliveries)
    const since = start?.since ?? 0
    let timestamp = start?.timestamp ?? 0
    let end = this.#log.writes.length
    for (let next = 0; ; ) {
      for (; next < end; next++) {
        const { persistenceId = '', first = 0, last = 0 } = this.#log.writes[next] ?? {}
        const from = Math.max(first, (delivered.get(persistenceId) ?? 0) + 1)
        if (from > last) continue
        const replay = this.#journal.replayEvents(
          persistenceId,
          { fromSequenceNr: from, toSequenceNr: last },
          { signal },
        )
        for await (const event of replay) {
          if (event.timestamp < since || event.deleted === true || !selects(event)) continue
          delivered.set(persistenceId, event.sequenceNr)
          timestamp = Math.max(timestamp, event.timestamp)
          const [count, upTo] = [deliveries.push([persistenceId, event.sequenceNr]), timestamp]
          const offsetOf = () => ({ timestamp: upTo, since, seen: Object.fromEntries(deliveries.slice(0, count)) })
          yield eventEnvelope<E, TimestampOffset>(event, offsetOf)
        }
      }
      if (!isLive) return
      await this.#log.moreThan(end, signal)
      end = this.#log.writes.length
    }
  }
}

const hasTag =
  (tag: string): Selects =>
  ({ tags }) =>
    tags.includes(tag)

const isInSlices = (entityType: string | undefined, min: number, max: number): Selects => {
  checkSlices(min, max)
  return ({ persistenceId }) => {
    const slice = sliceOf(persistenceId)
    return slice >= min && slice <= max && (entityType === undefined || entityTypeOf(persistenceId) === entityType)
  }
}

const placeOf = (from = '0'): number => {
  if (/^\d{1,15}$/.test(from)) return Number(from)
  throw new ConfigError(`Ids can't be told from ${JSON.stringify(from)} on. Give the "next" of a page as it was.`)
}

/**
 * Queries across the actors of a journal in memory, for tests of projections without a database. Live streams see every write at
 * once. An offset names every id that was delivered, and is good as long as the journal.
 *
 * @param journal - of {@link inMemoryJournal}.
 * @example
 * ```ts
 * const journal = inMemoryJournal()
 * const readJournal = inMemoryReadJournal(journal)
 * for await (const { event, offset } of readJournal.eventsByTag('shipped')) await handle(event, offset)
 * ```
 * @throws {@link ConfigError} the journal is another one.
 */
export const inMemoryReadJournal = (journal: Journal): ReadJournal => {
  const log = writeLogs.get(journal)
  if (log !== undefined) return new InMemoryReadJournal(journal, log)
  throw new ConfigError('inMemoryReadJournal reads journals of inMemoryJournal only: pass what that has returned.')
}
