/**
 * The feed: a sparse index on events, in which they are found by time. Marks and stepping stones are not in it. Pure.
 */

import { SLICES, sliceOf } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes, PackedAttributes } from './attributes.js'
import type { Item } from './item.js'
import { parsePartitionKey } from './journal-key.js'
import { readJournalPlace, refusalOf } from './journal-place.js'

/** What the keys of a feed are made of. */
export interface FeedConfig {
  readonly journalName: string
  /** Over how many hash keys the feed is spread: a divisor of 1,024. */
  readonly shards: number
}

/** The shard of a slice: contiguous slices lie on contiguous shards. */
export const feedShardOf = (slice: number, shards: number): number => Math.floor((slice * shards) / SLICES)

/** Hash key of a shard. */
export const feedKey = (journalName: string, shard: number): string => `${journalName}-${shard}`

/**
 * The item of one event, or of a packed batch, as it goes into the feed: with its hash key there, and its slice. A packed batch
 * also gets the tags of all its events, to be looked through in the index.
 */
export const inFeed = ({ journalName, shards }: FeedConfig, persistenceId: string, item: Item): Item => {
  const slice = sliceOf(persistenceId)
  const packed = item[Attributes.PACKED_EVENTS]?.L ?? []
  const tags = new Set(packed.flatMap(({ M }) => M?.[PackedAttributes.TAGS]?.SS ?? []))
  return {
    ...item,
    [Attributes.FEED]: { S: feedKey(journalName, feedShardOf(slice, shards)) },
    [Attributes.SLICE]: { N: String(slice) },
    ...(tags.size > 0 && { [Attributes.TAGS]: { SS: [...tags] } }),
  }
}

/** What the feed tells of an item. */
export interface FeedEntry {
  readonly persistenceId: string
  /** Of the item's event, or of a packed batch's first. */
  readonly sequenceNr: number
  /** First event of its atomic write. */
  readonly firstSequenceNr: number
  /** Last event of its atomic write. */
  readonly lastSequenceNr: number
  /** All of the write are in this one item. */
  readonly isPacked: boolean
  /** Epoch milliseconds with a fraction. */
  readonly timestamp: number
  /** Those of a packed batch's events together. */
  readonly tags: readonly string[]
  /** The whole item, where the index has it. */
  readonly item?: Item
}

const MICROS_PER_MILLI = 1000

/**
 * Reads an entry of the index; `undefined` for what is no event of this journal.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} an attribute is of another type, or says what can't be.
 */
export const readFeedEntry = (item: Item, journalName: string, table: string): FeedEntry | undefined => {
  const key = parsePartitionKey(journalName, item[Attributes.PAR]?.S ?? '')
  if (key === undefined) return undefined
  const hundred = { table, ...key }
  const fail = refusalOf(item, hundred)
  const read = new AttributeReader(item, fail)
  const { first, last, index, lastIndex } = readJournalPlace(item, hundred)
  const micros = read.integer(Attributes.TIMESTAMP, 0) ?? fail(`${Attributes.TIMESTAMP} is not there`)
  const isWhole = item[Attributes.EVENT] !== undefined || item[Attributes.PACKED_EVENTS] !== undefined
  return {
    persistenceId: key.persistenceId,
    sequenceNr: first,
    firstSequenceNr: first - index,
    lastSequenceNr: Math.max(last, first - index + lastIndex),
    isPacked: last > first,
    timestamp: micros / MICROS_PER_MILLI,
    tags: read.texts(Attributes.TAGS),
    ...(isWhole && { item }),
  }
}
