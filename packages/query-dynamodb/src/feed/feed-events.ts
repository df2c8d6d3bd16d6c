/**
 * The streams of many ids: what they read, and when.
 */
import { feedShardOf, recentWrites } from '@dynact/dynamodb'
import { type EventEnvelope, eventEnvelope, type TimestampOffset } from '@dynact/persistence'
import { isPersistenceId } from '../is-persistence-id.js'
import type { QueryContext } from '../query-context.js'
import type { SliceRange } from '../slice-ranges.js'
import { DynamoDBFeedSource } from './dynamodb-feed-source.js'
import { FeedReader, type FeedReaderParts } from './feed-reader.js'
import { hintOf } from './hint-of.js'
import { liveFeed } from './live-feed.js'
import { PokeInbox } from './poke-inbox.js'

/** Which events a stream has. */
export interface FeedQuery extends Pick<FeedReaderParts, 'includes' | 'matches'> {
  readonly slices: SliceRange
  readonly start: TimestampOffset | undefined
}

/** Every reading of a shard goes back so far: most of what is late is not later. */
const OVERLAP_MS = 2_000

const readerOf = (context: QueryContext, query: FeedQuery, signal: AbortSignal): FeedReader => {
  const { queries, backtrackingWindow, maxIds } = context.config
  const first = feedShardOf(query.slices.min, queries.shards)
  const last = feedShardOf(query.slices.max, queries.shards)
  return new FeedReader({
    source: new DynamoDBFeedSource(context, signal),
    clock: Date.now,
    shards: Array.from({ length: last - first + 1 }, (_, index) => first + index),
    includes: query.includes,
    matches: query.matches,
    start: query.start,
    windowMs: backtrackingWindow,
    overlapMs: Math.min(OVERLAP_MS, backtrackingWindow),
    reReadMs: backtrackingWindow / 4,
    maxIds,
  })
}

/** The events that are there: in the index, and those that this process has stored but the index may not tell of yet. */
export async function* currentFeedEvents<E>(
  context: QueryContext,
  query: FeedQuery,
  signal: AbortSignal,
): AsyncGenerator<EventEnvelope<E, TimestampOffset>, void> {
  const { table, journalName } = context.config
  const stored = recentWrites(table, journalName).list()
  const now = Math.max(Date.now(), ...stored.map(({ timestamp }) => timestamp))
  const reader = readerOf(context, query, signal)
  for await (const { event, offset } of reader.sweep(now)) yield eventEnvelope(event, offset)
  for await (const { event, offset } of reader.take(stored.map(hintOf))) yield eventEnvelope(event, offset)
}

/** The events that are there, and from then on every new one. */
export async function* liveFeedEvents<E>(
  context: QueryContext,
  query: FeedQuery,
  signal: AbortSignal,
): AsyncGenerator<EventEnvelope<E, TimestampOffset>, void> {
  const inbox = new PokeInbox(
    ({ persistenceId, isInFeed }) =>
      isInFeed === true && isPersistenceId(persistenceId) && query.includes(persistenceId),
  )
  const unsubscribe = context.pokes.subscribe((poke) => inbox.put(poke))
  try {
    const reader = readerOf(context, query, signal)
    const { refreshInterval } = context.config
    for await (const { event, offset } of liveFeed(reader, { inbox, refreshInterval, clock: Date.now, signal }))
      yield eventEnvelope(event, offset)
  } finally {
    unsubscribe()
  }
}
