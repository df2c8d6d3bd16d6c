import {
  Attributes,
  checkKeyLength,
  classify,
  connect,
  deleteItems,
  type Item,
  itemSize,
  MAX_ITEM_BYTES,
  OpenCalls,
  RequestFailedError,
  type RequestOptions,
  type Requests,
  readSnapshotItem,
  snapshotItem,
  snapshotItemSize,
  snapshotKey,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  checkPersistenceId,
  ItemTooLargeError,
  isPersistenceError,
  PersistenceError,
  parseConfig,
  RecoveryError,
  type SelectedSnapshot,
  type SnapshotMetadata,
  type SnapshotSelectionCriteria,
  type SnapshotStore,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { type ResolvedSnapshotStoreConfig, type SnapshotStoreConfig, snapshotStoreConfigSchema } from './config.js'
import { findSnapshots } from './find-snapshots.js'

/** A snapshot store on DynamoDB. */
export interface DynamoDBSnapshotStore extends SnapshotStore {
  /** The options with every default filled in. */
  readonly config: ResolvedSnapshotStoreConfig
}

class Implementation implements DynamoDBSnapshotStore {
  readonly config: ResolvedSnapshotStoreConfig
  readonly #requests: Requests
  readonly #calls = new OpenCalls()

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
    options: AbortOptions = {},
  ): Promise<SelectedSnapshot | undefined> {
    return this.#run(persistenceId, () => this.#load(persistenceId, criteria, options))
  }

  async saveSnapshot(metadata: SnapshotMetadata, snapshot: unknown, options: AbortOptions = {}): Promise<void> {
    const { persistenceId, sequenceNr } = metadata
    if (this.#calls.isClosed) {
      const text = `${persistenceId}: the snapshot at ${sequenceNr} is refused, because the store has been closed. Nothing was written.`
      throw new WriteRejectedError(text, { persistenceId, sequenceNr })
    }
    await this.#run(persistenceId, () => this.#save(metadata, snapshot, options))
  }

  deleteSnapshot(metadata: SnapshotMetadata, options: AbortOptions = {}): Promise<void> {
    return this.#run(metadata.persistenceId, () => this.#delete(metadata, options))
  }

  deleteSnapshots(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria = {},
    options: AbortOptions = {},
  ): Promise<void> {
    return this.#run(persistenceId, () => this.#deleteAll(persistenceId, criteria, options))
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#requests.close())
  }

  async #run<T>(persistenceId: string, call: () => Promise<T>): Promise<T> {
    if (!this.#calls.isClosed) return this.#calls.run(call)
    throw new PersistenceError(`${persistenceId}: refused, because the snapshot store has been closed.`, {
      persistenceId,
    })
  }

  async #load(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria,
    { signal }: AbortOptions,
  ): Promise<SelectedSnapshot | undefined> {
    this.#checkId(persistenceId)
    const options = requestOptions('recovery', `${persistenceId}: loading a snapshot`, persistenceId, signal)
    const { config } = this
    const search = { config, requests: this.#requests, persistenceId, criteria, options }
    try {
      for await (const items of findSnapshots(search, { keysOnly: false })) {
        if (items[0] === undefined) continue
        const { metadata, payload } = readSnapshotItem(items[0], config.table, persistenceId)
        return { metadata, snapshot: await config.serialization.deserialize(payload, metadata) }
      }
      return undefined
    } catch (cause) {
      if (!(cause instanceof RequestFailedError)) throw cause
      const text = `${persistenceId}: the snapshots in table ${config.table} can't be read: ${cause.message}`
      throw new RecoveryError(text, { persistenceId, cause })
    }
  }

  async #save(metadata: SnapshotMetadata, snapshot: unknown, { signal }: AbortOptions): Promise<void> {
    signal?.throwIfAborted()
    const { persistenceId, sequenceNr } = metadata
    const item = await this.#prepare(metadata, snapshot)
    const purpose = `${persistenceId}: storing the snapshot at ${sequenceNr}`
    try {
      await this.#requests.send(
        'PutItem',
        {
          TableName: this.config.table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(#par) OR #ts <= :ts',
          ExpressionAttributeNames: { '#par': Attributes.PAR, '#ts': Attributes.TIMESTAMP },
          ExpressionAttributeValues: { ':ts': { N: String(Math.floor(metadata.timestamp)) } },
        },
        requestOptions('snapshot', purpose, persistenceId, signal),
      )
    } catch (cause) {
      // A later snapshot of the same sequence number is stored.
      if (cause instanceof RequestFailedError && classify(cause.cause).reason === 'conflict') return
      throw this.#saveFailed(metadata, item, cause)
    }
  }

  async #delete({ persistenceId, sequenceNr, timestamp }: SnapshotMetadata, { signal }: AbortOptions): Promise<void> {
    this.#checkId(persistenceId)
    const { table, journalName } = this.config
    const purpose = `${persistenceId}: deleting the snapshot at ${sequenceNr}`
    try {
      await this.#requests.send(
        'DeleteItem',
        {
          TableName: table,
          Key: snapshotKey(journalName, persistenceId, sequenceNr),
          ...(timestamp > 0 && {
            ConditionExpression: '#ts = :ts',
            ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP },
            ExpressionAttributeValues: { ':ts': { N: String(Math.floor(timestamp)) } },
          }),
        },
        requestOptions('snapshot', purpose, persistenceId, signal),
      )
    } catch (cause) {
      if (!(cause instanceof RequestFailedError)) throw cause
      if (classify(cause.cause).reason === 'conflict') return
      throw deletionFailed(cause, persistenceId, sequenceNr)
    }
  }

  async #deleteAll(
    persistenceId: string,
    criteria: SnapshotSelectionCriteria,
    { signal }: AbortOptions,
  ): Promise<void> {
    this.#checkId(persistenceId)
    const options = requestOptions('snapshot', `${persistenceId}: deleting snapshots`, persistenceId, signal)
    const { config } = this
    const search = { config, requests: this.#requests, persistenceId, criteria, options }
    try {
      for await (const keys of findSnapshots(search, { keysOnly: true }))
        await deleteItems(this.#requests, config.table, keys, options)
    } catch (cause) {
      if (!(cause instanceof RequestFailedError)) throw cause
      throw deletionFailed(cause, persistenceId, undefined)
    }
  }

  #saveFailed({ persistenceId, sequenceNr }: SnapshotMetadata, item: Item, cause: unknown): unknown {
    if (!isPersistenceError(cause)) return cause
    const facts = { persistenceId, sequenceNr, cause }
    if (cause instanceof RequestFailedError) {
      if (cause.failure.applied === 'unknown')
        return new WriteUncertainError(
          `${cause.message} Whether it is stored is unknown; saving it again is safe.`,
          facts,
        )
      if (cause.cause instanceof Error && /item size/i.test(cause.cause.message)) {
        // It is small enough by itself: the index of a table that the JVM plugins' set-up made holds all of it once more.
        const [sizeBytes, limitBytes] = [2 * itemSize(item), MAX_ITEM_BYTES]
        return new ItemTooLargeError(
          `${persistenceId}: the snapshot at ${sequenceNr} needs ${sizeBytes} bytes, as an index of table ${this.config.table} holds all of it once more, limit ${limitBytes}. Keep less in the state, or use a table that createSnapshotTable has made. Nothing was written.`,
          { ...facts, sizeBytes, limitBytes },
        )
      }
    }
    return new WriteRejectedError(`${cause.message} Nothing was written.`, facts)
  }

  #checkId(persistenceId: string): void {
    checkPersistenceId(persistenceId)
    checkKeyLength(this.config, persistenceId)
  }

  async #prepare(metadata: SnapshotMetadata, snapshot: unknown): Promise<Item> {
    const { persistenceId, sequenceNr } = metadata
    try {
      this.#checkId(persistenceId)
      const payload = await this.config.serialization.serialize(snapshot, { persistenceId, sequenceNr })
      const item = snapshotItem(this.config.journalName, metadata, payload)
      const [sizeBytes, limitBytes] = [snapshotItemSize(item), this.config.maxItemSize]
      if (sizeBytes <= limitBytes) return item
      throw new ItemTooLargeError(
        `${persistenceId}: the snapshot at ${sequenceNr} needs ${sizeBytes} bytes, limit ${limitBytes}. Keep less in the state, or store large parts elsewhere. Nothing was written.`,
        { persistenceId, sequenceNr, sizeBytes, limitBytes },
      )
    } catch (cause) {
      if (cause instanceof WriteRejectedError || !isPersistenceError(cause)) throw cause
      throw new WriteRejectedError(`${cause.message} Nothing was written.`, { persistenceId, sequenceNr, cause })
    }
  }
}

const requestOptions = (
  priority: RequestOptions['priority'],
  purpose: string,
  persistenceId: string,
  signal: AbortSignal | undefined,
): RequestOptions => ({ priority, purpose, persistenceId, signal })

const deletionFailed = (cause: RequestFailedError, persistenceId: string, sequenceNr: number | undefined) =>
  new PersistenceError(`${cause.message} Snapshots may be left; delete again to resume.`, {
    persistenceId,
    sequenceNr,
    cause,
  })

/**
 * A snapshot store in a DynamoDB table, in the stored layout of the Akka and Pekko plugins.
 *
 * Cost of a save: one write unit per begun KiB of the item. Cost of a load: one read unit per begun 4 KiB of the snapshot, in
 * one request; with bounds on the time, of all snapshots from the newest down to the one found.
 *
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const dynamoDBSnapshotStore = (config: SnapshotStoreConfig): DynamoDBSnapshotStore =>
  new Implementation(parseConfig(snapshotStoreConfigSchema, config, 'dynamoDBSnapshotStore'))
