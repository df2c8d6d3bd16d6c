import type { PersistenceError } from '@dynact/persistence'

/** An item of the feed, or an event, that is stored and can't be read. */
export interface UnreadableItem {
  readonly table: string
  readonly persistenceId: string
  /** Of the event, or of a packed batch's first; `undefined` where the item's key is no number of an event. */
  readonly sequenceNr: number | undefined
  /** Says why: a RecoveryError, or a SerializationError. */
  readonly error: PersistenceError
}

/** What to do about an item that can't be read: fail the stream, or go on without it. */
export type UnreadableVerdict = 'fail' | 'skip'

/** A verdict for all of them, or a function that is told of each and decides. What it throws, the stream rejects with. */
export type OnUnreadable = UnreadableVerdict | ((unreadable: UnreadableItem) => UnreadableVerdict)
