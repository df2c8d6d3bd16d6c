import type { AbortOptions } from './abort.js'

/** What a snapshot is a snapshot of. */
export interface SnapshotMetadata {
  readonly persistenceId: string
  /** The sequence number of the last event that the snapshot covers. */
  readonly sequenceNr: number
  /** Epoch milliseconds. */
  readonly timestamp: number
}

/** A snapshot that a store found. */
export interface SelectedSnapshot<S = unknown> {
  readonly metadata: SnapshotMetadata
  readonly snapshot: S
}

/** Bounds, all inclusive, all optional. A minimum above its maximum matches nothing. */
export interface SnapshotSelectionCriteria {
  readonly maxSequenceNr?: number | undefined
  /** Epoch milliseconds. */
  readonly maxTimestamp?: number | undefined
  readonly minSequenceNr?: number | undefined
  /** Epoch milliseconds. */
  readonly minTimestamp?: number | undefined
}

/** Stores the state of persistent actors, so that a recovery need not replay all events. */
export interface SnapshotStore {
  /** How errors name it: `table dynact-snapshot`, say. */
  readonly name?: string
  /**
   * The snapshot with the highest sequence number that matches, or `undefined`.
   *
   * @throws {@link RecoveryError} the store can't be read.
   * @throws {@link SerializationError} the snapshot can't be deserialized.
   */
  loadSnapshot(
    persistenceId: string,
    criteria?: SnapshotSelectionCriteria,
    options?: AbortOptions,
  ): Promise<SelectedSnapshot | undefined>
  /**
   * Stores a snapshot. Never replaces one of the same sequence number that has a later timestamp: then it does nothing.
   *
   * @throws {@link WriteRejectedError} nothing was written.
   * @throws {@link WriteUncertainError} the outcome is unknown after every retry; saving again is safe.
   */
  saveSnapshot(metadata: SnapshotMetadata, snapshot: unknown, options?: AbortOptions): Promise<void>
  /**
   * Deletes one snapshot, or none if there is none. A `timestamp` of 0 means whatever its time; any other must match.
   *
   * @throws {@link PersistenceError} the snapshot may still be there.
   */
  deleteSnapshot(metadata: SnapshotMetadata, options?: AbortOptions): Promise<void>
  /**
   * Deletes every snapshot that matches.
   *
   * @throws {@link PersistenceError} some may still be there; calling it again resumes.
   */
  deleteSnapshots(persistenceId: string, criteria?: SnapshotSelectionCriteria, options?: AbortOptions): Promise<void>
  /** Waits for what is under way, then refuses further calls. Idempotent. */
  close(): Promise<void>
}
