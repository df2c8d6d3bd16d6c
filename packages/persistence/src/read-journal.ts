import type { AbortOptions } from './abort.js'
import type { NoOffset, Offset, SequenceOffset, TimestampOffset } from './offset.js'

/** One event as a query gives it. */
export interface EventEnvelope<E = unknown, O extends Offset = Offset> {
  /** Where to go on behind this event. Made when it is first looked at. */
  readonly offset: O
  readonly persistenceId: string
  readonly sequenceNr: number
  /** The event itself, as it was stored: no event adapter has been at it. */
  readonly event: E
  /** The event adapter's manifest; `''` when there is none. */
  readonly manifest: string
  /** Epoch milliseconds with a fraction; 0 if unknown. */
  readonly timestamp: number
  readonly tags: readonly string[]
  /** From 0 to 1023: see `sliceForPersistenceId`. */
  readonly slice: number
}

/**
 * The results of a query: nothing is requested before the first `next()`, and what is not pulled is not read. `break` and
 * `return()` stop the requests, the latter also while a `next()` waits; a signal that aborts lets `next()` reject with its
 * reason. One consumer, one pass.
 */
export interface QueryStream<T> extends AsyncIterableIterator<T, void, undefined> {
  return(): Promise<IteratorResult<T, void>>
  [Symbol.asyncIterator](): QueryStream<T>
}

/** What the streams of ids take. */
export interface PersistenceIdsOptions extends AbortOptions {
  /** A page's `next` of `currentPersistenceIdPages`: where to go on. */
  readonly from?: string | undefined
  /** Only ids that begin with it. What that costs is the store's affair: see docs/queries.md. */
  readonly prefix?: string | undefined
}

/** A page of ids. */
export interface PersistenceIdPage {
  readonly persistenceIds: readonly string[]
  /** Where to go on behind this page: plain text, to be stored; with the same `prefix`. `undefined` at the end. */
  readonly next: string | undefined
  /** How many items, or entries of an index, the store has read for it. */
  readonly itemsRead?: number | undefined
}

/** Reads a journal across its actors. Every guarantee and cost is in docs/queries.md. */
export interface ReadJournal {
  /** Every id in the journal, once, in no order; ends when all have been told. */
  currentPersistenceIds(options?: PersistenceIdsOptions): QueryStream<string>
  /**
   * The same page by page, so that it can be resumed: store `next` of the last page, and give it as `from`. A search by `prefix` may
   * give empty pages.
   */
  currentPersistenceIdPages(options?: PersistenceIdsOptions): QueryStream<PersistenceIdPage>
  /** Every id in the journal, once, and from then on every new one. Keeps all of them in memory. */
  persistenceIds(options?: PersistenceIdsOptions): QueryStream<string>

  /**
   * The events of one id, from `from` to `to` (both inclusive), in order, strongly consistent, whole batches only; ends at the
   * end of the history.
   */
  currentEventsByPersistenceId<E = unknown>(
    persistenceId: string,
    from?: number,
    to?: number,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, SequenceOffset>>
  /** The same, and from then on every new one: at once if this process writes it, else within `refreshInterval`. Ends behind `to`. */
  eventsByPersistenceId<E = unknown>(
    persistenceId: string,
    from?: number,
    to?: number,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, SequenceOffset>>

  /** The events with a tag, those of each id in order; ends at those that were there when it started. */
  currentEventsByTag<E = unknown>(
    tag: string,
    offset?: NoOffset | TimestampOffset,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, TimestampOffset>>
  /** The same, and from then on every new one. */
  eventsByTag<E = unknown>(
    tag: string,
    offset?: NoOffset | TimestampOffset,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, TimestampOffset>>

  /**
   * The events of a type of entities in slices `minSlice` to `maxSlice` (both inclusive), those of each id in order; ends at
   * those that were there when it started.
   *
   * @param entityType - what stands before the first `|` of the ids; `''` for ids without one; `undefined` for all ids.
   */
  currentEventsBySlices<E = unknown>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset?: NoOffset | TimestampOffset,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, TimestampOffset>>
  /** The same, and from then on every new one. */
  eventsBySlices<E = unknown>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset?: NoOffset | TimestampOffset,
    options?: AbortOptions,
  ): QueryStream<EventEnvelope<E, TimestampOffset>>

  /** Ends all streams (a `next()` that waits rejects), waits for what is under way, and closes the client made here. Idempotent. */
  close(): Promise<void>
}
