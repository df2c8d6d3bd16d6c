/** Stands between the events of a program and those in its journal: renames, upcasts, splits and drops them on reading. */
export interface EventAdapter<E = unknown> {
  /** Stored beside the payload, and given back to `fromJournal`; `''` for nothing. */
  manifest?(event: E): string
  /** The event as it is to be stored. */
  toJournal(event: E): unknown
  /** The event or events that a stored payload stands for today; `[]` drops it. */
  fromJournal(payload: unknown, manifest: string): E | readonly E[]
}
