/** One event as a journal takes and gives it: the payload and the facts that go with it. */
export interface PersistentRepr<E = unknown> {
  /** Identity of one persistent actor, for as long as its data lives. Never blank. */
  readonly persistenceId: string
  /** Place of the event in its actor's history: a safe integer, 1-based. */
  readonly sequenceNr: number
  /** The event itself. A journal stores it through its serializers. */
  readonly payload: E
  /** What an event adapter wants to know of the payload when it reads it again; `''` when there is none. */
  readonly manifest: string
  /** Names one incarnation of the actor, from one recovery to the next. Tells the items of two writers apart. */
  readonly writerUuid: string
  /** Epoch milliseconds, with fractions down to a microsecond; rises with every event of an id. `0` if unknown. */
  readonly timestamp: number
  /** Labels for queries by tag. */
  readonly tags: readonly string[]
  /**
   * Marks an event that takes up its sequence number and no more: nact's `isDeleted`. Replays deliver it, actors skip it.
   * @defaultValue `false`
   */
  readonly deleted?: boolean | undefined
}

/** The events of one `persist` or `persistAll`: a replay shows all of them or none. */
export interface AtomicWrite {
  /** The id of every one of the events. */
  readonly persistenceId: string
  /** At least one; their sequence numbers follow each other without a gap. */
  readonly events: readonly PersistentRepr[]
}
