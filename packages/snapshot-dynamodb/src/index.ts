/**
 * Snapshot store on Amazon DynamoDB for dynact actors, in the stored layout of the Akka and Pekko plugins.
 *
 * @packageDocumentation
 */
export type { ResolvedSnapshotStoreConfig, SnapshotStoreConfig, SnapshotTableConfig } from './config.js'
export { type DynamoDBSnapshotStore, dynamoDBSnapshotStore } from './dynamodb-snapshot-store.js'
export type { OnUnreadable, UnreadableSnapshot, UnreadableVerdict } from './on-unreadable.js'
export { createSnapshotTable, deleteSnapshotTable, snapshotTableDefinition } from './snapshot-table.js'
