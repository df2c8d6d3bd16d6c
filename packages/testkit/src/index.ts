/**
 * A test kit for event-sourced behaviors, in-memory journal and snapshot store, and an embedded DynamoDB.
 *
 * @packageDocumentation
 */
export type { CommandResult } from './actor-under-test.js'
export { type EmbeddedDynamoDB, type EmbeddedDynamoDBOptions, startEmbeddedDynamoDB } from './embedded-dynamodb.js'
export { EmbeddedDynamoDBError, type EmbeddedDynamoDBErrorCode } from './embedded-dynamodb-error.js'
export {
  type EventSourcedTestKit,
  type EventSourcedTestKitOptions,
  eventSourcedTestKit,
} from './event-sourced-test-kit.js'
export type { ErrorClass, Expectation, Expected } from './expectation.js'
export { type InMemoryJournalOptions, inMemoryJournal } from './in-memory-journal.js'
export { type InMemorySnapshotStoreOptions, inMemorySnapshotStore } from './in-memory-snapshot-store.js'
export type { KitRef } from './kit-context.js'
export type { PersistFailure } from './persist-failures.js'
export { RestartError } from './same-value.js'
