import type { FeedEntry } from '@dynact/dynamodb'
import type { PersistentRepr } from '@dynact/persistence'

/** Part of a shard of the feed, in the order of time. */
export interface FeedPage {
  readonly entries: readonly FeedEntry[]
  /** Where the next page begins; `undefined` at the end. */
  readonly next: unknown
}

/** Names one event. */
export interface EventId {
  readonly persistenceId: string
  readonly sequenceNr: number
}

/** What a {@link FeedReader} reads. The feed may tell of an event late; all else is strongly consistent. */
export interface FeedSource {
  /** The entries of a shard at or after a time, in epoch milliseconds; with a cursor those behind it. */
  page(shard: number, from: number, cursor: unknown): Promise<FeedPage>
  /** The events of entries that are no part of a batch, in the same order; `undefined` for what is not there (any more). */
  events(entries: readonly FeedEntry[]): Promise<readonly (PersistentRepr | undefined)[]>
  /** The events of an id, both ends inclusive, whole batches only. */
  replay(persistenceId: string, from: number, to: number): AsyncIterable<PersistentRepr>
  /**
   * For each of these events: the highest sequence number before it that the feed tells of and whose time lies before `timestamp`;
   * 0 if there is none.
   */
  lastBefore(events: readonly EventId[], timestamp: number): Promise<readonly number[]>
}
