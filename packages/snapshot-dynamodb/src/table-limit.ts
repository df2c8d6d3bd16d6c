/** What a store has found out about its table, so that what would be refused need not be sent. */
export interface TableLimit {
  /**
   * Does the index hold all of every snapshot, as JVM set-ups have it? DynamoDB counts both together, so that half is left. It
   * is known from the first save that is refused for it.
   */
  isIndexComplete: boolean
}
