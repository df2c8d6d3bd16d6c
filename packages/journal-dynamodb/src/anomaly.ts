/**
 * Something in a journal that no writer of ours leaves behind. Replays go on past it; it is told to `onAnomaly`.
 *
 * - `gap`: sequence numbers that hold nothing and were not deleted. Other writers leave them after a rejected event.
 * - `incomplete-write`: some events of an atomic write whose others were never stored. A crash leaves them; they are left out.
 * - `bad-mark`: a high mark that points to a place where nothing is, or, with the number 0, says none.
 */
export interface Anomaly {
  readonly kind: 'gap' | 'incomplete-write' | 'bad-mark'
  readonly persistenceId: string
  /** First sequence number it is about. */
  readonly fromSequenceNr: number
  /** Last sequence number it is about. */
  readonly toSequenceNr: number
}
