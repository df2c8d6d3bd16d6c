/** What `verify` finds. */
export type FindingKind =
  /** Numbers that hold nothing and were not deleted. */
  | 'gap'
  /** Events of a batch whose others are not there. */
  | 'incomplete-write'
  /** A mark that points to where nothing is, is in the wrong item, or says nothing. */
  | 'bad-mark'
  /** The last hundred that has events has no high mark: the JVM plugins would not find it. */
  | 'missing-mark'
  /** An item that is damaged. */
  | 'damaged-item'
  /** An event's payload that can't be deserialized. */
  | 'undecodable'
  /** Events behind what every reader takes for the end. */
  | 'unreachable'
  /** A snapshot whose item is damaged, a part of which is missing, or whose parts are not what was saved. */
  | 'damaged-snapshot'
  /** A snapshot's state that can't be deserialized. */
  | 'undecodable-snapshot'
  /** A snapshot that covers events that are not there. */
  | 'snapshot-ahead'
  /** Parts of no snapshot. */
  | 'orphaned-parts'

/** One of them. */
export interface Finding {
  readonly kind: FindingKind
  readonly persistenceId: string
  /** First sequence number that it is about. */
  readonly from: number
  /** Last sequence number that it is about. */
  readonly to: number
  /** What is wrong, in words. */
  readonly text: string
}
