/** Tells that events were stored: a hint to look, and no more. It may be lost, doubled, early or late. */
export interface EventPoke {
  readonly persistenceId: string
  /** Of the write's last event. */
  readonly sequenceNr: number
  /**
   * How many events the write had.
   * @defaultValue 1
   */
  readonly count?: number | undefined
  /** Of the write's last event: epoch milliseconds with a fraction; 0 if unknown. */
  readonly timestamp: number
  /**
   * Will the queries by tag and by slices be told of the events by the journal's index, too? They heed no others.
   * @defaultValue `false`
   */
  readonly isInFeed?: boolean | undefined
}

/**
 * Carries pokes from writers to live queries. The one that is there by default stays within the process; one of your own may
 * carry them to others (over Redis, say), in any order, losing some: queries find by themselves what they are not told.
 */
export interface EventPokes {
  /** Called after every acknowledged write. Must return at once and must not throw. */
  poke(poke: EventPoke): void
  /** Calls the listener with every poke from now on, until what it returns is called. */
  subscribe(listener: (poke: EventPoke) => void): () => void
}
