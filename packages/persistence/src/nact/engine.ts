import type { PersistedEvent, PersistedSnapshot } from 'nact'
import type { AbortOptions } from '../abort.js'
import { ConfigError } from '../errors.js'
import type { Journal } from '../journal.js'
import type { SnapshotStore } from '../snapshot-store.js'
import type { EventStream } from './event-stream.js'

/**
 * Where the persistent actors of a system keep their events and snapshots. Also an engine for nact 7.6: nact's own
 * `spawnPersistent` and `persistentQuery` run on it.
 */
export interface PersistenceEngine {
  readonly journal: Journal
  readonly snapshotStore: SnapshotStore | undefined
  /** The names that {@link PersistenceEngine.named} knows. */
  readonly names: readonly string[]
  /**
   * The engine of that name; a single engine is called `default`.
   *
   * @throws {@link ConfigError} there is none of that name; the message lists the names.
   */
  named(name: string): PersistenceEngine
  /**
   * Waits until one of the recoveries that may run at once can begin. dynact's actors call it; nact's own recover as they like.
   *
   * @returns to be called when the recovery has ended, well or not.
   * @throws the signal's reason.
   */
  beginRecovery(options?: AbortOptions): Promise<() => void>
  /**
   * Says that something goes on which {@link PersistenceEngine.settled} has to wait for. dynact's actors call it.
   *
   * @returns to be called once, when it has ended, well or not.
   */
  beginWork(): () => void
  /**
   * Resolves, and never rejects, as soon as nothing goes on: no dynact actor of this engine handles a message or recovers, no
   * event is being written, no snapshot saved, no event or snapshot deleted; nor for nact's own actors, whose messages it does
   * not know of. Messages that still wait in a mailbox do not count. To shut down: stop sending, get your answers, await this,
   * then close the journal and the snapshot store. Awaited inside an actor, it waits for that actor, and for ever.
   */
  settled(): Promise<void>
  /**
   * The events of a key, lazily. The read starts only after the persists of that key already called on this engine have
   * settled. A complete read ends with an `isDeleted` event where sequence numbers are in use beyond the last event delivered
   * (dropped writes, deleted events), so that nact does not use them again.
   *
   * @param offset - a sequence number, exclusive. `0` if left out.
   * @param limit - how many events at most, counted after `tags`. No limit if left out.
   * @param tags - only the events that have all of these.
   * @throws {@link PersistenceError} at once: `offset` or `limit` is not a number from 0 on.
   * @throws {@link RecoveryError} while reading: the journal can't be read.
   * @throws {@link SerializationError} while reading: an event can't be deserialized.
   */
  events(key: string, offset?: number, limit?: number, tags?: readonly string[]): EventStream
  /**
   * The snapshot with the highest sequence number. nact's actor asks for it when it recovers, so the next complete `events()`
   * read of the key counts as its recovery: when it has ended, the key has a new writerUuid and may be written again.
   *
   * @throws {@link RecoveryError} the store can't be read.
   * @throws {@link SerializationError} the snapshot can't be deserialized.
   */
  latestSnapshot(key: string): Promise<PersistedSnapshot | undefined>
  /**
   * Stores a snapshot, after the persists of its key already called on this engine have settled.
   *
   * @throws {@link WriteRejectedError} nothing was stored, or the events that it covers may be missing.
   * @throws {@link WriteUncertainError} the outcome is unknown.
   */
  takeSnapshot(snapshot: PersistedSnapshot): Promise<void>
  /**
   * Stores an event. Per key one write is in flight; what is persisted meanwhile goes out as one atomic write, in order. The
   * promise is never an unhandled rejection.
   *
   * @throws {@link WriteRejectedError} nothing was written; or an earlier persist failed and the key must recover first.
   * @throws {@link FencedError} another writer holds the sequence number; the key must recover first.
   * @throws {@link WriteUncertainError} the outcome is unknown; the key must recover first.
   */
  persist(event: PersistedEvent): Promise<void>
}

/** Has a value all of these methods, own or inherited? */
export const hasMethods = (value: unknown, methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')

/** By these a journal is known. */
export const JOURNAL_METHODS = ['writeEvents', 'replayEvents', 'readHighestSequenceNr', 'deleteEventsTo', 'close']
const ENGINE_METHODS = [
  'events',
  'latestSnapshot',
  'takeSnapshot',
  'persist',
  'named',
  'beginRecovery',
  'beginWork',
  'settled',
]

/** Is this an engine of dynact's, and not one that only nact could use? */
export const isPersistenceEngine = (value: unknown): value is PersistenceEngine =>
  hasMethods(value, ENGINE_METHODS) && hasMethods((value as PersistenceEngine).journal, JOURNAL_METHODS)

/** The error for a name that {@link PersistenceEngine.named} does not know. */
export const noEngineNamed = (name: string, names: readonly string[]): ConfigError =>
  new ConfigError(
    `No persistence engine is named ${JSON.stringify(name)}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}. Name it in persistenceEngines({ default, ... }).`,
  )
