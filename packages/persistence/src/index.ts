/**
 * Vocabulary, errors, serialization and the nact engine of dynact. Knows nothing of DynamoDB: a journal or snapshot store for
 * any database implements the interfaces in here.
 *
 * @packageDocumentation
 */
export type { AbortOptions } from './abort.js'
export { parseConfig } from './config.js'
export {
  ConfigError,
  FencedError,
  ItemTooLargeError,
  isPersistenceError,
  PersistenceError,
  type PersistenceErrorCode,
  type PersistenceErrorFacts,
  RecoveryError,
  SerializationError,
  WriteRejectedError,
  WriteUncertainError,
} from './errors.js'
export { eventEnvelope } from './event-envelope.js'
export type { EventPoke, EventPokes } from './event-pokes.js'
export type { Journal, Replay, ReplayRange } from './journal.js'
export type { NactPersistentContext } from './nact/augment-nact.js'
export { type RestartBackoff, restartBackoffMs } from './nact/backoff.js'
export { type CarryOut, commandHandler } from './nact/command-handler.js'
export { configurePersistence } from './nact/configure-persistence.js'
export { Effect, type SideEffect } from './nact/effect.js'
export type { PersistenceEngine } from './nact/engine.js'
export { type EncodedEvent, type EventCodec, eventCodec } from './nact/event-codec.js'
export type { EventSourcedBehavior, EventSourcedContext, SnapshotRules } from './nact/event-sourced-behavior.js'
export type { EventStream, ReduceStep } from './nact/event-stream.js'
export { Failures } from './nact/failures.js'
export { type PersistenceEngineParts, persistenceEngine } from './nact/persistence-engine.js'
export { persistenceEngines } from './nact/persistence-engines.js'
export type { Persistence, PersistentContext } from './nact/persistent-context.js'
export type { Recovery, RecoveryOptions } from './nact/recovery-options.js'
export { spawnEventSourced } from './nact/spawn-event-sourced.js'
export { type PersistentActorFunction, spawnPersistent } from './nact/spawn-persistent.js'
export type { SpawnPersistentProps } from './nact/spawn-persistent-props.js'
export { Tagged, tagged } from './nact/tagged.js'
export { NoOffset, type Offset, type SequenceOffset, type TimestampOffset } from './offset.js'
export type { AtomicWrite, PersistentRepr } from './persistent-repr.js'
export { QueryStreams } from './query-streams.js'
export type {
  EventEnvelope,
  PersistenceIdPage,
  PersistenceIdsOptions,
  QueryStream,
  ReadJournal,
} from './read-journal.js'
export { checkWellFormed } from './serialization/check-well-formed.js'
export type { EventAdapter } from './serialization/event-adapter.js'
export { type JsonSerializerOptions, jsonSerializer } from './serialization/json-serializer.js'
export { LEFT_OUT } from './serialization/left-out.js'
export {
  booleanSerializer,
  byteStringSerializer,
  bytesSerializer,
  intSerializer,
  longSerializer,
  stringSerializer,
} from './serialization/primitive-serializers.js'
export {
  type Serialization,
  type SerializationOptions,
  type SerializedPayload,
  type SerializerBinding,
  serialization,
} from './serialization/serialization.js'
export type { SerializationContext, Serializer } from './serialization/serializer.js'
export type { SnapshotAdapter } from './serialization/snapshot-adapter.js'
export { startAhead } from './serialization/start-ahead.js'
export { unreadable } from './serialization/unreadable.js'
export { zodEventAdapter } from './serialization/zod-event-adapter.js'
export { checkSlices, entityTypeOf, SLICES, sliceOf } from './slice.js'
export type { SelectedSnapshot, SnapshotMetadata, SnapshotSelectionCriteria, SnapshotStore } from './snapshot-store.js'
export { startOf } from './start-of.js'
export { type Clock, MonotonicTimestamps } from './timestamps.js'
export { checkAtomicWrite, checkPersistenceId, checkSnapshotMetadata } from './validation.js'
