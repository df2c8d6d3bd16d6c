import { checkKeyLength, connect, OpenCalls, type RequestOptions, type Requests } from '@dynact/dynamodb'
import {
  type AbortOptions,
  checkPersistenceId,
  checkSnapshotMetadata,
  isPersistenceError,
  PersistenceError,
  parseConfig,
  type SelectedSnapshot,
  type SnapshotMetadata,
  type SnapshotSelectionCriteria,
  type SnapshotStore,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { type ResolvedSnapshotStoreConfig, type SnapshotStoreConfig, snapshotStoreConfigSchema } from './config.js'
import { deleteSnapshot, deleteSnapshots } from './delete-snapshots.js'
import { loadSnapshot } from './load-snapshot.js'
import { saveSnapshot } from './save-snapshot.js'
import type { SnapshotCall } from './snapshot-context.js'
import type { TableLimit } from './table-limit.js'

/** A snapshot store on DynamoDB. */
export interface DynamoDBSnapshotStore extends SnapshotStore {
  /** The options with every default filled in. */
  readonly config: ResolvedSnapshotStoreConfig
}

class Implementation implements DynamoDBSnapshotStore {
  readonly config: ResolvedSnapshotStoreConfig
  readonly #requests: Requests
  readonly #calls = new OpenCalls()
  readonly #limit: TableLimit = { isIndexComplete: false }

  constructor(config: ResolvedSnapshotStoreConfig) {
    this.config = config
    this.#requests = connect(config)
  }

  get name(): string {
    return `table ${this.config.table}`
  }

  loadSnapshot(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria = {},
    { signal }: AbortOptions = {},
  ): Promise<SelectedSnapshot | undefined> {
    const options = { priority: 'recovery', purpose: 'loading a snapshot', signal } as const
    return this.#run(persistenceId, options, (call) => loadSnapshot(call, criteria))
  }

  async saveSnapshot(metadata: SnapshotMetadata, snapshot: unknown, { signal }: AbortOptions = {}): Promise<void> {
    const { persistenceId, sequenceNr } = metadata
    if (this.#calls.isClosed) {
      const text = `${persistenceId}: the snapshot at ${sequenceNr} is refused, because the store has been closed. Nothing was written.`
      throw new WriteRejectedError(text, { persistenceId, sequenceNr })
    }
    const options = { priority: 'snapshot', purpose: `storing the snapshot at ${sequenceNr}`, signal } as const
    try {
      await this.#run(persistenceId, options, (call) => {
        signal?.throwIfAborted()
        checkSnapshotMetadata(metadata)
        return saveSnapshot(call, metadata, snapshot, this.#limit)
      })
    } catch (cause) {
      if (!isPersistenceError(cause) || cause instanceof WriteRejectedError || cause instanceof WriteUncertainError)
        throw cause
      throw new WriteRejectedError(`${cause.message} Nothing was written.`, { persistenceId, sequenceNr, cause })
    }
  }

  deleteSnapshot(metadata: SnapshotMetadata, { signal }: AbortOptions = {}): Promise<void> {
    const purpose = `deleting the snapshot at ${metadata.sequenceNr}`
    const options = { priority: 'snapshot', purpose, signal } as const
    return this.#run(metadata.persistenceId, options, (call) => deleteSnapshot(call, metadata))
  }

  deleteSnapshots(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria = {},
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const options = { priority: 'snapshot', purpose: 'deleting snapshots', signal } as const
    return this.#run(persistenceId, options, (call) => deleteSnapshots(call, criteria))
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#requests.close())
  }

  async #run<T>(
    persistenceId: string,
    { priority, purpose, signal }: Pick<RequestOptions, 'priority' | 'purpose' | 'signal'>,
    operation: (call: SnapshotCall) => Promise<T>,
  ): Promise<T> {
    if (this.#calls.isClosed) {
      const text = `${persistenceId}: refused, because the snapshot store has been closed.`
      throw new PersistenceError(text, { persistenceId })
    }
    checkPersistenceId(persistenceId)
    checkKeyLength(this.config, persistenceId)
    const options = { priority, purpose: `${persistenceId}: ${purpose}`, persistenceId, signal }
    return this.#calls.run(() => operation({ config: this.config, requests: this.#requests, persistenceId, options }))
  }
}

/**
 * A snapshot store in a DynamoDB table, in the stored layout of the Akka and Pekko plugins.
 *
 * | | requests | read and write units |
 * |---|---|---|
 * | save | 1 | 1 write unit per begun KiB of the item, and 1 for the index |
 * | save in parts | 3, and 1 for each part | 1 write unit per begun KiB of each part, about 7 more, 1 read unit |
 * | load | 1 | 1 read unit per begun 4 KiB of the snapshot |
 * | load in parts | 1, and 1 for every 4 parts | the same of every part, and 1 |
 * | load by time | 1 for each MiB | 1 read unit per begun 4 KiB of all snapshots from the newest down to the one found |
 * | delete one | 2 | 1 write unit per begun KiB, 1 for the index, 1 read unit |
 * | delete by criteria | 2, and 1 for every 25 snapshots, or, by time, for each | the same of each, and the read of all that match the numbers |
 *
 * Each set of parts that is found when one is deleted, or another is saved in parts, costs one read unit more, and its deletion
 * about four write units and one per begun KiB.
 *
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const dynamoDBSnapshotStore = (config: SnapshotStoreConfig): DynamoDBSnapshotStore =>
  new Implementation(parseConfig(snapshotStoreConfigSchema, config, 'dynamoDBSnapshotStore'))
