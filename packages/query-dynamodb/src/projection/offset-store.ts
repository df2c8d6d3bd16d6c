import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { AbortOptions, Offset } from '@dynact/persistence'

/**
 * The right of one instance to store the offsets of a projection. It ends when another instance takes the projection over, and
 * with the first save whose outcome is unknown.
 */
export interface OffsetLease {
  /** What is stored. */
  readonly offset: Offset
  /**
   * Stores an offset.
   *
   * @throws {@link ProjectionFencedError} another instance has taken the projection over; nothing was written.
   * @throws {@link ItemTooLargeError} the offset names too many ids; nothing was written.
   * @throws {@link WriteRejectedError} nothing was written.
   * @throws {@link WriteUncertainError} the outcome is unknown: take the projection over again to learn it.
   */
  save(offset: Offset, options?: AbortOptions): Promise<void>
  /**
   * Carries out writes of the caller's and stores an offset: all of it or nothing, once, whatever becomes of answers.
   *
   * @throws {@link HandlerWritesError} the writes can't be carried out; nothing was written.
   * @throws as {@link OffsetLease.save}.
   */
  saveWith(offset: Offset, writes: readonly TransactWriteItem[], options?: AbortOptions): Promise<void>
}

/** Remembers how far projections have come. */
export interface OffsetStore {
  /** How errors name it: `table dynact-offset`, say. */
  readonly name: string
  /** Can it carry out writes of the caller's together with an offset? Exactly-once projections need that. */
  readonly isTransactional: boolean
  /**
   * Takes a projection over: whoever held it can't store anything any more.
   *
   * @throws {@link PersistenceError} the store can't be read or written.
   */
  acquire(projection: string, options?: AbortOptions): Promise<OffsetLease>
  /**
   * The stored offset, strongly consistent; `NoOffset` if there is none.
   * @throws {@link PersistenceError} the store can't be read.
   */
  read(projection: string, options?: AbortOptions): Promise<Offset>
  /**
   * Takes a projection over and stores an offset for it; an instance that runs ends. To rebuild one that does not run.
   *
   * @param offset - by default from the beginning.
   * @throws as {@link OffsetLease.save}.
   */
  reset(projection: string, offset?: Offset, options?: AbortOptions): Promise<void>
  /** Waits for what is under way, then refuses further calls. Idempotent. */
  close(): Promise<void>
}
