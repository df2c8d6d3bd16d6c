import type { SnapshotMetadata } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'

/** Saves the snapshots of one actor: in order, one at a time; and counts the events until the next one is due. */
export class Snapshots {
  /** That of the newest snapshot saved or recovered from; 0 if there is none. */
  sequenceNr = 0
  readonly #definition: ActorDefinition
  #timestamp = 0
  /** Events since the last snapshot, or since the last attempt at one. */
  #events = 0
  #saving = 0
  #latest: Promise<void> = Promise.resolve()

  constructor(definition: ActorDefinition) {
    this.#definition = definition
  }

  /** @param events - how many were replayed after the snapshot. */
  recovered(from: SnapshotMetadata | undefined, events: number): void {
    this.sequenceNr = from?.sequenceNr ?? 0
    this.#timestamp = Math.max(this.#timestamp, from?.timestamp ?? 0)
    this.#events = events
  }

  written(events: number): void {
    this.#events += events
  }

  /**
   * Is it time for one? Not while one is being saved: the next one is then the later one.
   *
   * @param pending - events that the state covers but that are not written yet.
   */
  isDue(pending: number): boolean {
    const { snapshotEvery, engine } = this.#definition
    return engine.snapshotStore !== undefined && this.#saving === 0 && this.#events + pending >= snapshotEvery
  }

  /** Saves a snapshot because it is due; if that fails, the next attempt is due `snapshotEvery` events later. */
  async saveDue(state: unknown, sequenceNr: number): Promise<void> {
    this.#events = 0
    await this.save(this.#definition.encodeSnapshot(state), sequenceNr)
  }

  /**
   * Saves a snapshot when those before have been saved, or have failed.
   *
   * @param encoded - the state, through the actor's encoder.
   * @param newer - how many events it does not cover.
   */
  async save(encoded: unknown, sequenceNr: number, newer = 0): Promise<void> {
    const { persistenceId, engine } = this.#definition
    const store = engine.snapshotStore
    if (store === undefined) return
    const covered = this.#events - newer
    this.#saving += 1
    const saved = this.#latest.then(async () => {
      // Later than the one before, for readers that take the newest by time.
      this.#timestamp = Math.max(Date.now(), this.#timestamp + 1)
      await store.saveSnapshot({ persistenceId, sequenceNr, timestamp: this.#timestamp }, encoded)
      this.sequenceNr = Math.max(this.sequenceNr, sequenceNr)
      this.#events = Math.max(0, this.#events - covered)
    })
    this.#latest = saved.catch(() => {})
    try {
      await saved
    } finally {
      this.#saving -= 1
    }
  }
}
