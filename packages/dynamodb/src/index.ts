/**
 * The DynamoDB layer that dynact's journal, snapshot store and read journal share: requests with their limits and retries,
 * and the stored layout. For dynact's own packages; not a public interface that holds from one minor version to the next.
 *
 * @packageDocumentation
 */

export { entityTypeOf, SLICES, sliceOf } from '@dynact/persistence'
export { onAbort } from './abort-listeners.js'
export { classify, type Failure, type FailureReason } from './classify.js'
export { connectionOptions, ONE_CLIENT, pokesSchema, queriesSchema, storeOptions } from './config.js'
export { type ConnectOptions, clientFrom, connect } from './connect.js'
export { decodeEvent } from './decode-event.js'
export { deleteItems } from './delete-items.js'
export { ConflictError, RequestFailedError } from './errors.js'
export { expireItems } from './expire-items.js'
export { feedIndexFault } from './feed-index-fault.js'
export { FencedInserts } from './fenced-inserts.js'
export { getItems } from './get-items.js'
export { inParallel } from './in-parallel.js'
export { inProcessPokes } from './in-process-pokes.js'
export type { InsertOutcome } from './insert-outcome.js'
export { isConflict } from './is-conflict.js'
export {
  Attributes,
  FEED_INDEX,
  PackedAttributes,
  PERSISTENCE_IDS_INDEX,
  SNAPSHOT_TIMESTAMP_INDEX,
} from './layout/attributes.js'
export { isExpiring } from './layout/expiry.js'
export { type FeedConfig, type FeedEntry, feedKey, feedShardOf, inFeed, readFeedEntry } from './layout/feed.js'
export type { Item } from './layout/item.js'
export { isLargerThan, itemSize, MAX_ITEM_BYTES } from './layout/item-size.js'
export {
  eventItem,
  isSteppingStone,
  markItem,
  type PlaceInWrite,
  type StoredEvent,
  steppingStoneItem,
} from './layout/journal-item.js'
export {
  checkKeyLength,
  eventKey,
  type JournalKeyConfig,
  type MarkKind,
  markKey,
  markKeys,
  PARTITION_SIZE,
  parseMarkKey,
  parsePartitionKey,
  partitionKey,
  partitionOf,
} from './layout/journal-key.js'
export { type Hundred, type JournalPlace, MAX_PACKED_EVENTS, readJournalPlace } from './layout/journal-place.js'
export { readLowMarkItem, type StoredLowMark } from './layout/mark-item.js'
export {
  OffsetAttributes,
  offsetItem,
  offsetKey,
  offsetTableSchema,
  readOffsetItem,
  type StoredOffset,
} from './layout/offset-item.js'
export { occupiedBy, packedItem, readJournalItem } from './layout/packed-item.js'
export {
  ABANDONED_PART_SET_MS,
  MAX_PARTS,
  type PartSet,
  parsePartKey,
  partItem,
  partKeys,
  partSetItem,
  partSetKey,
  readPartSetItem,
} from './layout/part-item.js'
export {
  readSnapshotItem,
  type SnapshotForm,
  type SnapshotParts,
  type StoredSnapshot,
  snapshotItem,
  snapshotItemSize,
  unreadableSnapshot,
} from './layout/snapshot-item.js'
export { snapshotKey, snapshotPartitionKey } from './layout/snapshot-key.js'
export { type FeedProjection, feedIndexSchema, journalTableSchema, snapshotTableSchema } from './layout/table-schema.js'
export type { Priority } from './limiter.js'
export type { Logger, OperationMetrics, Span, Tracer } from './observability.js'
export { OpenCalls } from './open-calls.js'
export { type PartSetPage, partSetPages } from './part-set-pages.js'
export { queryDown } from './query-down.js'
export { queryPages } from './query-pages.js'
export { raiseMark } from './raise-mark.js'
export { RecencyMap } from './recency-map.js'
export { RecentWrites, recentWrites } from './recent-writes.js'
export type { RequestOptions, Requests } from './requests.js'
export { type RetryOptions, retrySchema } from './retry.js'
export { checkTable, createTable, deleteTable } from './tables.js'
export { deletedTimeToLive, enableTimeToLive } from './time-to-live.js'
export { insertInTransaction, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS } from './transactional-inserts.js'
export { chooseTransport, type TransportName, type TransportOptions } from './transport/choose-transport.js'
export { type GoesOnWithout, isUnreadable, readable, readableLater } from './unreadable.js'
export { writeTransaction } from './write-transaction.js'
