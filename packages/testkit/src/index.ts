/**
 * In-memory journal and snapshot store and an embedded DynamoDB, for tests of dynact actors.
 *
 * @packageDocumentation
 */
export { type EmbeddedDynamoDB, type EmbeddedDynamoDBOptions, startEmbeddedDynamoDB } from './embedded-dynamodb.js'
export { EmbeddedDynamoDBError, type EmbeddedDynamoDBErrorCode } from './embedded-dynamodb-error.js'
export { type InMemoryJournalOptions, inMemoryJournal } from './in-memory-journal.js'
export { type InMemorySnapshotStoreOptions, inMemorySnapshotStore } from './in-memory-snapshot-store.js'
