import type { AbortOptions } from './abort.js'
import type { AtomicWrite, PersistentRepr } from './persistent-repr.js'

/** Which stored events a replay reads. Limits count stored events, before incomplete atomic writes are left out. */
export interface ReplayRange {
  /**
   * First sequence number, inclusive.
   * @defaultValue `1`
   */
  readonly fromSequenceNr?: number | undefined
  /**
   * Last sequence number, inclusive. An atomic write that reaches beyond it is left out.
   * @defaultValue `Number.MAX_SAFE_INTEGER`
   */
  readonly toSequenceNr?: number | undefined
  /**
   * How many stored events at most. An atomic write that this cuts is left out.
   * @defaultValue `Number.MAX_SAFE_INTEGER`
   */
  readonly max?: number | undefined
}

/**
 * The events of one id in the order of their sequence numbers. Nothing is requested before the first `next()`; `break`
 * stops the requests. One consumer, one pass.
 */
export interface Replay extends AsyncIterable<PersistentRepr> {
  /**
   * Highest sequence number in use, whatever `toSequenceNr` and `max` cut off, the numbers of incomplete atomic writes and
   * of deleted events included; `0` for an unknown id. Settles when the iteration ends (with what is known by then, after a
   * `break`); rejects when the iteration failed, and never becomes an unhandled rejection.
   */
  readonly highestSequenceNr: Promise<number>
}

/** Stores the events of persistent actors: the interface that every dynact journal offers. */
export interface Journal {
  /** How errors name it: `table dynact-journal`, say. */
  readonly name?: string
  /**
   * Stores all events of one atomic write or none.
   *
   * @throws {@link WriteRejectedError} nothing was written; the sequence numbers are free again.
   * @throws {@link FencedError} another writer holds one of the sequence numbers.
   * @throws {@link WriteUncertainError} the outcome is unknown after every retry; recover before writing again.
   */
  writeEvents(write: AtomicWrite, options?: AbortOptions): Promise<void>
  /**
   * Reads events back, strongly consistent, whole atomic writes only.
   *
   * @throws {@link RecoveryError} the stored events can't be read, while iterating.
   * @throws {@link SerializationError} an event can't be deserialized, while iterating.
   */
  replayEvents(persistenceId: string, range?: ReplayRange, options?: AbortOptions): Replay
  /**
   * Highest sequence number in use; `0` for an unknown id.
   *
   * @param fromSequenceNr - a number that is known to be in use (a snapshot's, say): spares requests.
   * @throws {@link RecoveryError} the journal can't be read.
   */
  readHighestSequenceNr(persistenceId: string, fromSequenceNr?: number, options?: AbortOptions): Promise<number>
  /**
   * Highest sequence number up to which events have been deleted; `0` if none have. Tells deleted events from numbers that never
   * held one; without it, whatever is missing before the first event counts as deleted.
   *
   * @throws {@link RecoveryError} the journal can't be read.
   */
  readDeletedToSequenceNr?(persistenceId: string, options?: AbortOptions): Promise<number>
  /**
   * Deletes the events up to a sequence number, inclusive; one beyond the end means the end. Deleted numbers are never used
   * again. After a failure, calling it again resumes.
   *
   * @throws {@link PersistenceError} the deletion stopped half-way; the journal stays readable.
   */
  deleteEventsTo(persistenceId: string, toSequenceNr: number, options?: AbortOptions): Promise<void>
  /** Waits for what is under way, then refuses further calls. Idempotent. */
  close(): Promise<void>
}
