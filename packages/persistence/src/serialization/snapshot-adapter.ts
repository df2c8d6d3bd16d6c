/** Stands between the state of a program and the snapshots in its store. */
export interface SnapshotAdapter<State = unknown> {
  /** The state as it is to be stored. What it throws keeps this snapshot from being saved. */
  toJournal(state: State): unknown
  /** The state that a stored snapshot stands for today. What it throws fails the recovery. */
  fromJournal(snapshot: unknown): State
}
