import { deepStrictEqual, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { SnapshotSelectionCriteria, SnapshotStore } from '@dynact/persistence'
import type { SnapshotStoreCapabilities, SnapshotStoreUnderTest } from './snapshot-store-conformance-options.js'

/** Sequence number and timestamp of a snapshot. */
export type Stamp = readonly [sequenceNr: number, timestamp: number]

/** What the cases have in common: the store, and how they save and load. */
export class SnapshotStoreTester {
  readonly store: SnapshotStore
  readonly capabilities: SnapshotStoreCapabilities
  readonly unserializable: unknown
  readonly #underTest: SnapshotStoreUnderTest
  readonly #open: SnapshotStore[]

  constructor(underTest: SnapshotStoreUnderTest, capabilities: SnapshotStoreCapabilities, unserializable: unknown) {
    this.#underTest = underTest
    this.store = underTest.snapshotStore
    this.#open = [underTest.snapshotStore]
    this.capabilities = capabilities
    this.unserializable = unserializable
  }

  /** An id that nobody else uses. */
  freshId(): string {
    return `conformance-${randomUUID()}`
  }

  /** What a second process would use; the store itself where there can be one only. */
  async another(): Promise<SnapshotStore> {
    if (!this.capabilities.severalProcesses) return this.store
    const another = await this.#underTest.openAnother?.()
    ok(another, 'makeStore must give an openAnother, or { capabilities: { severalProcesses: false } } be declared.')
    this.#open.push(another)
    return another
  }

  async cleanUp(): Promise<void> {
    try {
      await Promise.all(this.#open.map((store) => store.close()))
    } finally {
      await this.#underTest.cleanUp?.()
    }
  }

  /** Saves a snapshot, whose state names its id and stamp unless another one is given. */
  async save(
    persistenceId: string,
    [sequenceNr, timestamp]: Stamp,
    state?: unknown,
    store = this.store,
  ): Promise<void> {
    const snapshot = state === undefined ? stateOf(persistenceId, [sequenceNr, timestamp]) : state
    await store.saveSnapshot({ persistenceId, sequenceNr, timestamp }, snapshot)
  }

  /** Saves several, one after the other. */
  async saveAll(persistenceId: string, stamps: readonly Stamp[]): Promise<void> {
    for (const stamp of stamps) await this.save(persistenceId, stamp)
  }

  /** Is this the snapshot that a load finds, with the state that {@link save} gave it? */
  async expectLoaded(
    persistenceId: string,
    expected: Stamp | undefined,
    { criteria, store = this.store }: { criteria?: SnapshotSelectionCriteria; store?: SnapshotStore } = {},
  ): Promise<void> {
    const found = await store.loadSnapshot(persistenceId, criteria)
    const wanted = expected && {
      metadata: { persistenceId, sequenceNr: expected[0], timestamp: expected[1] },
      snapshot: stateOf(persistenceId, expected),
    }
    const text = (value: unknown) => JSON.stringify(value) ?? 'nothing'
    deepStrictEqual(
      found,
      wanted,
      `loading with ${text(criteria ?? {})} gave\n${text(found)}\ninstead of\n${text(wanted)}`,
    )
  }

  /** Are these all the snapshots that can be found? */
  async expectStored(persistenceId: string, all: readonly Stamp[], expected: readonly Stamp[]): Promise<void> {
    const store = await this.another()
    for (const [sequenceNr] of all) {
      const criteria = { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr }
      await this.expectLoaded(
        persistenceId,
        expected.find(([nr]) => nr === sequenceNr),
        { criteria, store },
      )
    }
  }
}

const stateOf = (persistenceId: string, [sequenceNr, timestamp]: Stamp) => ({
  of: persistenceId,
  sequenceNr,
  timestamp,
})
