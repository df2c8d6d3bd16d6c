/**
 * A test kit for event-sourced behaviors, in-memory journal and snapshot store, an embedded DynamoDB and a fault proxy, for
 * tests of dynact actors; conformance suites for journals, snapshot stores and
 * read journals of other databases.
 *
 * @packageDocumentation
 */
export type { CommandResult } from './actor-under-test.js'
export type { ConformanceCase } from './conformance/conformance-case.js'
export type { ConformanceRunner, DeclareTest } from './conformance/conformance-runner.js'
export { journalConformance } from './conformance/journal/journal-conformance.js'
export { journalConformanceCases } from './conformance/journal/journal-conformance-cases.js'
export type {
  JournalCapabilities,
  JournalConformanceOptions,
  JournalUnderTest,
  MakeJournal,
} from './conformance/journal/journal-conformance-options.js'
export { readJournalConformance } from './conformance/read-journal/read-journal-conformance.js'
export { readJournalConformanceCases } from './conformance/read-journal/read-journal-conformance-cases.js'
export type {
  MakeReadJournal,
  ReadJournalCapabilities,
  ReadJournalConformanceOptions,
  ReadJournalUnderTest,
} from './conformance/read-journal/read-journal-conformance-options.js'
export { snapshotStoreConformance } from './conformance/snapshot-store/snapshot-store-conformance.js'
export { snapshotStoreConformanceCases } from './conformance/snapshot-store/snapshot-store-conformance-cases.js'
export type {
  MakeSnapshotStore,
  SnapshotStoreCapabilities,
  SnapshotStoreConformanceOptions,
  SnapshotStoreUnderTest,
} from './conformance/snapshot-store/snapshot-store-conformance-options.js'
export { type EmbeddedDynamoDB, type EmbeddedDynamoDBOptions, startEmbeddedDynamoDB } from './embedded-dynamodb.js'
export { EmbeddedDynamoDBError, type EmbeddedDynamoDBErrorCode } from './embedded-dynamodb-error.js'
export {
  type EventSourcedTestKit,
  type EventSourcedTestKitOptions,
  eventSourcedTestKit,
} from './event-sourced-test-kit.js'
export type { ErrorClass, Expectation, Expected } from './expectation.js'
export type { FaultProxyCounts } from './fault-proxy/counts.js'
export {
  type Answer,
  type Fate,
  type FateOf,
  fates,
  type Pause,
  type RawAnswer,
  type StatementFault,
} from './fault-proxy/fate.js'
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './fault-proxy/fault-proxy.js'
export { FaultProxyError, type FaultProxyErrorCode } from './fault-proxy/fault-proxy-error.js'
export type { ProxiedAnswer, ProxiedRequest } from './fault-proxy/proxied-request.js'
export {
  type BrownOut,
  type FaultKind,
  type RandomFaultsOptions,
  randomFaults,
} from './fault-proxy/random-faults.js'
export {
  type ServiceFault,
  serviceFault,
  type ThrottlingReason,
  throttled,
  transactionCanceled,
} from './fault-proxy/service-fault.js'
export { type InMemoryJournalOptions, inMemoryJournal } from './in-memory-journal.js'
export { inMemoryReadJournal } from './in-memory-read-journal.js'
export { type InMemorySnapshotStoreOptions, inMemorySnapshotStore } from './in-memory-snapshot-store.js'
export type { KitRef } from './kit-context.js'
export type { PersistFailure } from './persist-failures.js'
export { RestartError } from './same-value.js'
