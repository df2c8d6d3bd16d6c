/**
 * Read journal on Amazon DynamoDB for dynact: ids, events by id, by tag and by slices, live and gap-free.
 *
 * @packageDocumentation
 */

export type {
  EventEnvelope,
  PersistenceIdPage,
  PersistenceIdsOptions,
  QueryStream,
  ReadJournal,
} from '@dynact/persistence'
export { NoOffset, type Offset, type SequenceOffset, type TimestampOffset } from '@dynact/persistence'
export { BackfillError, type BackfillProgress } from './backfill/backfill-error.js'
export { backfillFeed } from './backfill/backfill-feed.js'
export type { BackfillConfig, ResolvedBackfillConfig } from './backfill/config.js'
export { CleanupError, type CleanupIds, type CleanupProgress, type CleanupResult } from './cleanup/each-id.js'
export {
  type CleanupBeforeSnapshotOptions,
  type CleanupJournal,
  type CleanupOptions,
  type DeleteAllOptions,
  type EventsCleanup,
  type EventsCleanupConfig,
  eventsCleanup,
} from './cleanup/events-cleanup.js'
export type { ReadJournalConfig, ResolvedReadJournalConfig } from './config.js'
export { type DynamoDBReadJournal, dynamoDBReadJournal } from './dynamodb-read-journal.js'
export type { OnUnreadable, UnreadableItem, UnreadableVerdict } from './on-unreadable.js'
export { type DynamoDBOffsetStore, dynamoDBOffsetStore } from './projection/dynamodb-offset-store.js'
export { type InMemoryOffsetStoreOptions, inMemoryOffsetStore } from './projection/in-memory-offset-store.js'
export type { OffsetLease, OffsetStore } from './projection/offset-store.js'
export type {
  OffsetStoreConfig,
  OffsetTableConfig,
  ResolvedOffsetStoreConfig,
} from './projection/offset-store-config.js'
export { createOffsetTable, deleteOffsetTable, offsetTableDefinition } from './projection/offset-table.js'
export { type Projection, projection } from './projection/projection.js'
export { HandlerWritesError, ProjectionError, ProjectionFencedError } from './projection/projection-error.js'
export type {
  Delivery,
  GroupOptions,
  Handled,
  HandlerContext,
  HandlerResult,
  OnHandlerFailure,
  ProjectionOptions,
  ProjectionSource,
} from './projection/projection-options.js'
export type { ProjectionMetrics, ProjectionStatus } from './projection/projection-status.js'
export {
  type SlicedProjection,
  type SlicedProjectionOptions,
  slicedProjection,
} from './projection/sliced-projection.js'
export { eventsBySlicesSource, eventsByTagSource } from './projection/sources.js'
export type { ProjectionTiming } from './projection/timing.js'
export { sliceForPersistenceId } from './slice-for-persistence-id.js'
export { type SliceRange, sliceRanges } from './slice-ranges.js'
