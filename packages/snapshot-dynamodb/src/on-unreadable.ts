import type { PersistenceError } from '@dynact/persistence'

/** A snapshot that is stored and can't be read. */
export interface UnreadableSnapshot {
  readonly table: string
  readonly persistenceId: string
  readonly sequenceNr: number
  /** Says why: a RecoveryError, or a SerializationError. */
  readonly error: PersistenceError
}

/** What to do about a snapshot that can't be read: fail the load, or look for an older one. */
export type UnreadableVerdict = 'fail' | 'older'

/** A verdict for all of them, or a function that is told of each and decides. What it throws, the load rejects with. */
export type OnUnreadable = UnreadableVerdict | ((unreadable: UnreadableSnapshot) => UnreadableVerdict)
