import type { SnapshotStore } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'

/**
 * Deletes what a new snapshot makes superfluous: snapshots beyond the number to keep, then the events up to the oldest one kept.
 * Only after the new one has been stored, and in this order, so that no snapshot stands before events that are gone.
 */
export class SnapshotRetention {
  readonly #definition: ActorDefinition
  readonly #onFailure: (error: unknown) => void
  /** Sequence numbers of the newest snapshots, ascending, at most as many as are kept; `undefined` until they are looked up. */
  #newest: number[] | undefined

  constructor(definition: ActorDefinition, onFailure: (error: unknown) => void) {
    this.#definition = definition
    this.#onFailure = onFailure
  }

  /** A snapshot has been saved. Never rejects: a failure is reported, and the next snapshot tries again. */
  async saved(sequenceNr: number): Promise<void> {
    const { engine, keepSnapshots } = this.#definition
    if (keepSnapshots === Number.POSITIVE_INFINITY || engine.snapshotStore === undefined) return
    try {
      this.#newest ??= await this.#lookUp(engine.snapshotStore, sequenceNr)
      const all = new Set([...this.#newest, sequenceNr])
      this.#newest = [...all].sort((a, b) => a - b).slice(-keepSnapshots)
      await this.#deleteBefore(engine.snapshotStore, this.#newest)
    } catch (error) {
      this.#newest = undefined
      this.#onFailure(error)
    }
  }

  /** Once per actor: a store can't list its snapshots, but it gives the newest below a number. */
  async #lookUp(store: SnapshotStore, sequenceNr: number): Promise<number[]> {
    const { persistenceId, keepSnapshots } = this.#definition
    const found: number[] = []
    let below = sequenceNr
    while (found.length < keepSnapshots - 1 && below > 1) {
      const older = await store.loadSnapshot(persistenceId, { maxSequenceNr: below - 1 })
      if (older === undefined) break
      below = older.metadata.sequenceNr
      found.push(below)
    }
    return found
  }

  async #deleteBefore(store: SnapshotStore, [oldest]: readonly number[]): Promise<void> {
    const { persistenceId, engine, deleteCoveredEvents } = this.#definition
    if (oldest === undefined) return
    if (oldest > 1) await store.deleteSnapshots(persistenceId, { maxSequenceNr: oldest - 1 })
    if (deleteCoveredEvents) await engine.journal.deleteEventsTo(persistenceId, oldest)
  }
}
