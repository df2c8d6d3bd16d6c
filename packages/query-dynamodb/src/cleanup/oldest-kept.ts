import type { AbortOptions, SnapshotStore } from '@dynact/persistence'

/** The sequence number of the oldest of so many newest snapshots, or of those that there are; `undefined` when there is none. */
export const oldestKept = async (
  store: SnapshotStore,
  persistenceId: string,
  keep: number,
  options: AbortOptions,
): Promise<number | undefined> => {
  let oldest: number | undefined
  for (let count = 0; count < keep; count++) {
    const maxSequenceNr = oldest === undefined ? Number.MAX_SAFE_INTEGER : oldest - 1
    const found = await store.loadSnapshot(persistenceId, { maxSequenceNr }, options)
    if (found === undefined) break
    oldest = found.metadata.sequenceNr
  }
  return oldest
}
