import type { SnapshotStore } from '@dynact/persistence'
import type { ConformanceRunner } from '../conformance-runner.js'

/** A snapshot store to be tested, and what belongs to it. */
export interface SnapshotStoreUnderTest {
  readonly snapshotStore: SnapshotStore
  /** Opens another store on the same data, as a second process would. Needed unless `severalProcesses` is declared `false`. */
  readonly openAnother?: (() => SnapshotStore | Promise<SnapshotStore>) | undefined
  /** Called when the case is over and its stores are closed. */
  readonly cleanUp?: (() => unknown) | undefined
}

/** Makes the store for one case. Every case uses ids of its own, with a random part: stores on one shared table will do. */
export type MakeSnapshotStore = () =>
  | SnapshotStore
  | SnapshotStoreUnderTest
  | Promise<SnapshotStore | SnapshotStoreUnderTest>

/** What a snapshot store can do beside what every one must. */
export interface SnapshotStoreCapabilities {
  /**
   * Several stores can be open on the same data.
   * @defaultValue `true`
   */
  readonly severalProcesses: boolean
  /**
   * Turns states into bytes, and rejects what it can't.
   * @defaultValue `true`
   */
  readonly serializes: boolean
  /**
   * Bytes of UTF-8 in an id; longer ones are rejected. At least 255.
   * @defaultValue `Infinity`
   */
  readonly maxPersistenceIdBytes: number
  /**
   * Bytes in a state that is a Uint8Array; larger ones are rejected, and those of half that size stored.
   * @defaultValue `Infinity`
   */
  readonly maxSnapshotBytes: number
}

/** What {@link snapshotStoreConformance} takes. */
export interface SnapshotStoreConformanceOptions {
  /** What differs from the defaults. A case that needs what is missing is skipped, and says so. */
  readonly capabilities?: Partial<SnapshotStoreCapabilities> | undefined
  /**
   * A state that none of the store's serializers takes.
   * @defaultValue a function
   */
  readonly unserializable?: unknown
  /**
   * The test runner's functions.
   * @defaultValue the globals `describe`, and `test` or `it`
   */
  readonly runner?: ConformanceRunner | undefined
}

/** A snapshot store that can do everything. */
export const ALL_SNAPSHOT_STORE_CAPABILITIES: SnapshotStoreCapabilities = {
  severalProcesses: true,
  serializes: true,
  maxPersistenceIdBytes: Number.POSITIVE_INFINITY,
  maxSnapshotBytes: Number.POSITIVE_INFINITY,
}
