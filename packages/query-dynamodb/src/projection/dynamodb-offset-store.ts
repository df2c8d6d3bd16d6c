import { randomUUID } from 'node:crypto'
import {
  connect,
  type Item,
  isConflict,
  OffsetAttributes,
  OpenCalls,
  offsetKey,
  RequestFailedError,
  type RequestOptions,
  type Requests,
  readOffsetItem,
  type StoredOffset,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  ConfigError,
  NoOffset,
  type Offset,
  PersistenceError,
  parseConfig,
} from '@dynact/persistence'
import { DynamoDBOffsetLease } from './dynamodb-offset-lease.js'
import type { OffsetLease, OffsetStore } from './offset-store.js'
import {
  type OffsetStoreConfig,
  offsetStoreConfigSchema,
  type ResolvedOffsetStoreConfig,
} from './offset-store-config.js'

/** An offset store on DynamoDB. */
export interface DynamoDBOffsetStore extends OffsetStore {
  /** The options with every default filled in. */
  readonly config: ResolvedOffsetStoreConfig
}

/** Another instance may take it over between our look and our request; not again and again. */
const MAX_TRIES = 10
/** DynamoDB's limit for hash keys. */
const MAX_NAME_BYTES = 2048

class Implementation implements DynamoDBOffsetStore {
  readonly config: ResolvedOffsetStoreConfig
  readonly isTransactional = true
  readonly #requests: Requests
  readonly #calls = new OpenCalls()

  constructor(config: ResolvedOffsetStoreConfig) {
    this.config = config
    this.#requests = connect(config)
  }

  get name(): string {
    return `table ${this.config.table}`
  }

  acquire(projection: string, { signal }: AbortOptions = {}): Promise<OffsetLease> {
    return this.#run(projection, 'taking it over', signal, (options) => this.#acquire(projection, options))
  }

  read(projection: string, { signal }: AbortOptions = {}): Promise<Offset> {
    return this.#run(projection, 'reading its offset', signal, async (options) =>
      offsetOf(await this.#readItem(projection, options)),
    )
  }

  async reset(projection: string, offset: Offset = NoOffset, options: AbortOptions = {}): Promise<void> {
    await (await this.acquire(projection, options)).save(offset, options)
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#requests.close())
  }

  /** The condition is on the epoch that was read, so that a late try of ours can't take it from somebody else, or from us. */
  async #acquire(projection: string, options: RequestOptions): Promise<OffsetLease> {
    const owner = randomUUID()
    const lease = (stored: StoredOffset) =>
      new DynamoDBOffsetLease(
        { ...this.config, requests: this.#requests, calls: this.#calls },
        { projection, owner, epoch: stored.epoch, rev: stored.rev, offset: offsetOf(stored) },
      )
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await this.#readItem(projection, options)
      if (before?.owner === owner) return lease(before)
      try {
        return lease(await this.#raiseEpoch(projection, owner, before, options))
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
    throw new PersistenceError(
      `Projection ${projection}: other instances took it over ${MAX_TRIES} times while this one tried to. Run one instance of a name, or one for each range of slices.`,
    )
  }

  async #raiseEpoch(
    projection: string,
    owner: string,
    before: StoredOffset | undefined,
    options: RequestOptions,
  ): Promise<StoredOffset> {
    const { PROJECTION, EPOCH, OWNER, REV } = OffsetAttributes
    const { Attributes: item = {} } = await this.#requests.send(
      'UpdateItem',
      {
        TableName: this.config.table,
        Key: offsetKey(projection),
        UpdateExpression: 'SET #epoch = :epoch, #owner = :owner, #rev = if_not_exists(#rev, :zero)',
        ConditionExpression: before === undefined ? 'attribute_not_exists(#projection)' : '#epoch = :before',
        ExpressionAttributeNames: {
          '#epoch': EPOCH,
          '#owner': OWNER,
          '#rev': REV,
          ...(before === undefined && { '#projection': PROJECTION }),
        },
        ExpressionAttributeValues: {
          ':epoch': { N: String((before?.epoch ?? 0) + 1) },
          ':owner': { S: owner },
          ':zero': { N: '0' },
          ...(before !== undefined && { ':before': { N: String(before.epoch) } }),
        },
        ReturnValues: 'ALL_NEW',
      },
      options,
    )
    return readOffsetItem(item as Item, this.config.table)
  }

  async #readItem(projection: string, options: RequestOptions): Promise<StoredOffset | undefined> {
    const { table } = this.config
    const input = { TableName: table, Key: offsetKey(projection), ConsistentRead: true }
    const { Item: item } = await this.#requests.send('GetItem', input, options)
    return item && readOffsetItem(item, table)
  }

  async #run<T>(
    projection: string,
    what: string,
    signal: AbortSignal | undefined,
    work: (options: RequestOptions) => Promise<T>,
  ): Promise<T> {
    if (this.#calls.isClosed)
      throw new PersistenceError(
        `Projection ${projection}: ${what} is refused, because the offset store has been closed.`,
      )
    checkName(projection)
    const options: RequestOptions = { signal, priority: 'feed', purpose: `Projection ${projection}: ${what}` }
    try {
      return await this.#calls.run(() => work(options))
    } catch (cause) {
      if (!(cause instanceof RequestFailedError)) throw cause
      throw new PersistenceError(`${cause.message} It is about ${this.name}.`, { cause })
    }
  }
}

const offsetOf = (stored: StoredOffset | undefined): Offset => (stored?.offset ?? NoOffset) as Offset

const checkName = (projection: string): void => {
  if (projection.isWellFormed() && projection !== '' && Buffer.byteLength(projection) <= MAX_NAME_BYTES) return
  throw new ConfigError(`A projection's name has 1 to ${MAX_NAME_BYTES} bytes of UTF-8. Choose another one.`)
}

/**
 * An offset store in a DynamoDB table: one item a projection. Only the instance that took a projection over last can write its
 * offset, so that a paused old one can't move it back.
 *
 * | | requests | units |
 * |---|---|---|
 * | take over | 2 | 1 read unit and 1 write unit, more where the offset is long |
 * | save | 1 | 1 write unit per begun KiB of the offset, compressed |
 * | save with writes | 1 | 2 write units per begun KiB of the offset, and of each item that is written |
 *
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const dynamoDBOffsetStore = (config: OffsetStoreConfig): DynamoDBOffsetStore =>
  new Implementation(parseConfig(offsetStoreConfigSchema, config, 'dynamoDBOffsetStore'))
