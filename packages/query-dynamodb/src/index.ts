/**
 * Read journal on Amazon DynamoDB for dynact: ids, events by id, by tag and by slices, live and gap-free.
 *
 * @packageDocumentation
 */
export type { ReadJournalConfig, ResolvedReadJournalConfig } from './config.js'
export { type DynamoDBReadJournal, dynamoDBReadJournal } from './dynamodb-read-journal.js'
export { NoOffset, type Offset, type SequenceOffset, type TimestampOffset } from './offset.js'
export type {
  EventEnvelope,
  PersistenceIdPage,
  PersistenceIdsOptions,
  QueryStream,
  ReadJournal,
} from './read-journal.js'
export { sliceForPersistenceId } from './slice-for-persistence-id.js'
export { type SliceRange, sliceRanges } from './slice-ranges.js'
