/**
 * Stands between the events of a program and those in its journal. On writing it renames, converts and tags; on reading it
 * upcasts what older versions wrote, and splits or drops stored events.
 *
 * @example
 * ```ts
 * const adapter: EventAdapter<ItemAdded> = {
 *   manifest: () => 'ItemAdded.v2',
 *   toJournal: (event) => tagged(event, 'items'),
 *   fromJournal: (stored, manifest) =>
 *     manifest === 'ItemAdded.v2' ? (stored as ItemAdded) : { ...(stored as ItemAddedV1), quantity: 1 },
 * }
 * ```
 */
export interface EventAdapter<E = unknown> {
  /** Stored beside the payload, and given back to `fromJournal`; `''` for nothing. */
  manifest?(event: E): string
  /** The event as it is to be stored; {@link tagged} adds tags. What it throws rejects the write. */
  toJournal(event: E): unknown
  /**
   * The event or events that a stored payload stands for today; `[]` drops it. An event that is itself an array goes into an
   * outer array. What it throws fails the recovery.
   */
  fromJournal(payload: unknown, manifest: string): E | readonly E[]
}
