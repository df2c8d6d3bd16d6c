import {
  type AbortOptions,
  checkPersistenceId,
  checkSnapshotMetadata,
  LEFT_OUT,
  PersistenceError,
  type SelectedSnapshot,
  type Serialization,
  type SerializedPayload,
  type SnapshotMetadata,
  type SnapshotSelectionCriteria,
  type SnapshotStore,
  serialization,
  WriteRejectedError,
} from '@dynact/persistence'
import { copyingSerialization } from './copying-serialization.js'

/** What {@link inMemorySnapshotStore} takes. */
export interface InMemorySnapshotStoreOptions {
  /**
   * Turns snapshots into bytes and back as a real store does, so that a test notices what would not survive it. `false` keeps
   * the objects themselves.
   * @defaultValue `serialization()`
   */
  readonly serialization?: Serialization | false | undefined
}

interface StoredSnapshot {
  readonly metadata: SnapshotMetadata
  /** The snapshot itself where nothing is serialized. */
  readonly value: unknown
  readonly bytes: SerializedPayload | undefined
}

const matches = ({ sequenceNr, timestamp }: SnapshotMetadata, criteria: SnapshotSelectionCriteria): boolean => {
  const { minSequenceNr = 0, maxSequenceNr = Number.POSITIVE_INFINITY } = criteria
  const { minTimestamp = 0, maxTimestamp = Number.POSITIVE_INFINITY } = criteria
  return (
    sequenceNr >= minSequenceNr && sequenceNr <= maxSequenceNr && timestamp >= minTimestamp && timestamp <= maxTimestamp
  )
}

class InMemorySnapshotStore implements SnapshotStore {
  readonly #serialization: Serialization | undefined
  /** By persistence id, then by sequence number. */
  readonly #snapshots = new Map<string, Map<number, StoredSnapshot>>()
  #isClosed = false

  constructor(usedSerialization: Serialization | undefined) {
    this.#serialization = usedSerialization
  }

  async loadSnapshot(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria = {},
    { signal }: AbortOptions = {},
  ): Promise<SelectedSnapshot | undefined> {
    this.#checkUse(persistenceId, signal)
    const newestFirst = [...(this.#snapshots.get(persistenceId)?.values() ?? [])]
      .filter(({ metadata }) => matches(metadata, criteria))
      .sort((a, b) => b.metadata.sequenceNr - a.metadata.sequenceNr)
    for (const { metadata, value, bytes } of newestFirst) {
      if (bytes === undefined) return { metadata, snapshot: value }
      const snapshot = await this.#serialization?.deserialize(bytes, { ...metadata, kind: 'snapshot' })
      signal?.throwIfAborted()
      if (snapshot !== LEFT_OUT) return { metadata, snapshot }
    }
    return undefined
  }

  async saveSnapshot(metadata: SnapshotMetadata, snapshot: unknown, { signal }: AbortOptions = {}): Promise<void> {
    const { persistenceId, sequenceNr, timestamp } = metadata
    signal?.throwIfAborted()
    let bytes: SerializedPayload | undefined
    try {
      this.#checkUse(persistenceId, undefined)
      checkSnapshotMetadata(metadata)
      bytes = await this.#serialization?.serialize(snapshot, { ...metadata, kind: 'snapshot' })
    } catch (cause) {
      const why = cause instanceof PersistenceError ? cause.message : String(cause)
      throw new WriteRejectedError(`${why} No snapshot was stored.`, { persistenceId, sequenceNr, cause })
    }
    signal?.throwIfAborted()
    const ofId = this.#snapshots.get(persistenceId) ?? new Map<number, StoredSnapshot>()
    this.#snapshots.set(persistenceId, ofId)
    const present = ofId.get(sequenceNr)
    if (present !== undefined && present.metadata.timestamp > timestamp) return
    const value = bytes === undefined ? snapshot : undefined
    ofId.set(sequenceNr, { metadata: { persistenceId, sequenceNr, timestamp }, value, bytes })
  }

  async deleteSnapshot(metadata: SnapshotMetadata, { signal }: AbortOptions = {}): Promise<void> {
    const { persistenceId, sequenceNr, timestamp } = metadata
    this.#checkUse(persistenceId, signal)
    const ofId = this.#snapshots.get(persistenceId)
    const present = ofId?.get(sequenceNr)
    if (timestamp === 0 || present?.metadata.timestamp === timestamp) ofId?.delete(sequenceNr)
  }

  async deleteSnapshots(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria = {},
    { signal }: AbortOptions = {},
  ): Promise<void> {
    this.#checkUse(persistenceId, signal)
    const ofId = this.#snapshots.get(persistenceId)
    for (const { metadata } of [...(ofId?.values() ?? [])]) {
      if (matches(metadata, criteria)) ofId?.delete(metadata.sequenceNr)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #checkUse(persistenceId: string, signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (this.#isClosed) {
      throw new PersistenceError(`${persistenceId}: this in-memory snapshot store has been closed.`, { persistenceId })
    }
    checkPersistenceId(persistenceId)
  }
}

/** A snapshot store that keeps snapshots in memory, serialized like a real one's, for tests of persistent actors. */
export const inMemorySnapshotStore = (options: InMemorySnapshotStoreOptions = {}): SnapshotStore =>
  new InMemorySnapshotStore(
    options.serialization === false ? undefined : copyingSerialization(options.serialization ?? serialization()),
  )
