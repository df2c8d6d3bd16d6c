import { WriteRejectedError } from '../errors.js'
import type { ActorDefinition } from './actor-definition.js'
import type { Recovered } from './recovery.js'
import { SnapshotRetention } from './snapshot-retention.js'

/** Saves the snapshots of one actor: in order, one at a time; and counts the events until the next one is due. */
export class Snapshots {
  /** That of the newest snapshot saved or recovered from; 0 if there is none. */
  sequenceNr = 0
  readonly #definition: ActorDefinition
  readonly #retention: SnapshotRetention
  #timestamp = 0
  /** Events since the last snapshot, or since the last attempt at one. */
  #events = 0
  #isRequested = false
  #isStateComplete = true
  #saving = 0
  #latest: Promise<void> = Promise.resolve()

  /** @param onRetentionFailure - told of what fails after a snapshot has been saved. */
  constructor(definition: ActorDefinition, onRetentionFailure: (error: unknown) => void) {
    this.#definition = definition
    this.#retention = new SnapshotRetention(definition, onRetentionFailure)
  }

  recovered({ snapshot, events, isComplete }: Pick<Recovered, 'snapshot' | 'events' | 'isComplete'>): void {
    this.sequenceNr = snapshot?.sequenceNr ?? 0
    this.#timestamp = Math.max(this.#timestamp, snapshot?.timestamp ?? 0)
    this.#events = events
    this.#isRequested = false
    this.#isStateComplete = isComplete
  }

  written(events: number): void {
    this.#events += events
  }

  /** Makes one due after the current message. */
  request(): void {
    this.#isRequested = true
  }

  /**
   * Is it time for one? Not while one is being saved: the next one is then the later one.
   *
   * @param pending - events that the state covers but that are not written yet.
   */
  isDue(pending: number): boolean {
    const { snapshotEvery, engine } = this.#definition
    if (engine.snapshotStore === undefined || this.#saving > 0 || !this.#isStateComplete) return false
    return this.#isRequested || this.#events + pending >= snapshotEvery
  }

  /** Saves a snapshot because it is due; if that fails, the next attempt is due `snapshotEvery` events later. */
  async saveDue(state: unknown, sequenceNr: number): Promise<void> {
    this.#events = 0
    this.#isRequested = false
    if (sequenceNr > 0) await this.save(this.#definition.encodeSnapshot(state), sequenceNr)
  }

  /**
   * Saves a snapshot when those before have been saved, or have failed; then deletes what it makes superfluous, if so defined.
   *
   * @param encoded - the state, through the actor's encoder.
   * @param newer - how many events it does not cover.
   * @throws {@link WriteRejectedError} the state lacks events, because the recovery left them out; or nothing was written.
   */
  async save(encoded: unknown, sequenceNr: number, newer = 0): Promise<void> {
    const { persistenceId, engine } = this.#definition
    const store = engine.snapshotStore
    if (store === undefined) return
    if (!this.#isStateComplete) {
      throw new WriteRejectedError(
        `${persistenceId}: no snapshot is saved at ${sequenceNr}, because the state lacks the events that the prop 'recovery' left out.`,
        { persistenceId, sequenceNr },
      )
    }
    const covered = this.#events - newer
    this.#saving += 1
    const saved = this.#latest.then(async () => {
      // Later than the one before, for readers that take the newest by time.
      this.#timestamp = Math.max(Date.now(), this.#timestamp + 1)
      await store.saveSnapshot({ persistenceId, sequenceNr, timestamp: this.#timestamp }, encoded)
      this.sequenceNr = Math.max(this.sequenceNr, sequenceNr)
      this.#events = Math.max(0, this.#events - covered)
      await this.#retention.saved(sequenceNr)
    })
    this.#latest = saved.catch(() => {})
    try {
      await saved
    } finally {
      this.#saving -= 1
    }
  }
}
