import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb'
import { classify, connect, OpenCalls, RequestFailedError, type RequestOptions, type Requests } from '@dynact/dynamodb'
import { checkPersistenceId, PersistenceError, parseConfig } from '@dynact/persistence'
import { newKey } from './aes-gcm.js'
import { type KeyStoreConfig, keyStoreConfigSchema, type ResolvedKeyStoreConfig } from './config.js'
import { KeyCache } from './key-cache.js'
import { KeyAttributes, keyOf, readKeyItem, wrappedKeys } from './key-item.js'
import { type KeyRing, NO_KEYS } from './key-ring.js'
import { type DataKey, keyForgotten, type ManagedKeyStore } from './key-store.js'
import { type KeyWrap, masterKeyWrap } from './key-wrap.js'
import { UnwrappedRing } from './unwrapped-ring.js'

const names = (...used: (keyof typeof KeyAttributes)[]): Record<string, string> =>
  Object.fromEntries(used.map((name) => [`#${name}`, KeyAttributes[name]]))

class DynamoDBKeyStore implements ManagedKeyStore {
  readonly #table: string
  readonly #requests: Requests
  readonly #keyWrap: KeyWrap
  readonly #calls = new OpenCalls()
  /** Loads under way are in it, too, so that many events of one id cost one request. */
  readonly #cache: KeyCache<Promise<UnwrappedRing>>
  /** Keys that are being made, so that many events of a new id make one. */
  readonly #creating = new Map<string, Promise<DataKey>>()

  constructor(config: ResolvedKeyStoreConfig) {
    this.#table = config.table
    this.#requests = connect(config)
    this.#keyWrap = keyWrapOf(config)
    this.#cache = new KeyCache(config.cache)
  }

  getOrCreate(persistenceId: string): Promise<DataKey> {
    return this.#run(persistenceId, async () => {
      const cached = await this.#newest(persistenceId)
      if (cached !== undefined) return cached
      let creating = this.#creating.get(persistenceId)
      if (creating === undefined) {
        creating = this.#create(persistenceId).finally(() => this.#creating.delete(persistenceId))
        this.#creating.set(persistenceId, creating)
      }
      return creating
    })
  }

  get(persistenceId: string, version?: number): Promise<DataKey | undefined> {
    return this.#run(persistenceId, async () => {
      const loaded = await this.#ringWith(persistenceId, version)
      return loaded.get(version ?? loaded.ring.version)
    })
  }

  forget(persistenceId: string): Promise<void> {
    return this.#run(persistenceId, () =>
      this.#change(persistenceId, 'forgetting its data keys', {
        UpdateExpression:
          'SET #FORGOTTEN = :true, #VERSION = if_not_exists(#VERSION, :none), #FORGOTTEN_TO = if_not_exists(#VERSION, :none) REMOVE #KEYS',
        ExpressionAttributeNames: names('FORGOTTEN', 'VERSION', 'FORGOTTEN_TO', 'KEYS'),
        ExpressionAttributeValues: { ':true': { BOOL: true }, ':none': { N: '0' } },
      }),
    )
  }

  isForgotten(persistenceId: string, version: number): Promise<boolean> {
    return this.#run(persistenceId, async () => {
      const { isForgotten, forgottenTo } = (await this.#ringWith(persistenceId, version)).ring
      return isForgotten || version <= forgottenTo
    })
  }

  rotate(persistenceId: string): Promise<DataKey> {
    return this.#run(persistenceId, async () => {
      const { ring } = await this.#reload(persistenceId)
      if (ring.isForgotten) throw keyForgotten(persistenceId)
      await this.#addKey(persistenceId, ring)
      return (await this.#newest(persistenceId)) ?? this.#create(persistenceId)
    })
  }

  revive(persistenceId: string): Promise<void> {
    return this.#run(persistenceId, () =>
      this.#change(persistenceId, 'reviving it', {
        UpdateExpression: 'REMOVE #FORGOTTEN',
        ConditionExpression: 'attribute_exists(#PERSISTENCE_ID)',
        ExpressionAttributeNames: names('FORGOTTEN', 'PERSISTENCE_ID'),
      }),
    )
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#requests.close())
  }

  async #run<T>(persistenceId: string, call: () => Promise<T>): Promise<T> {
    checkPersistenceId(persistenceId)
    if (!this.#calls.isClosed) return this.#calls.run(call)
    throw new PersistenceError(`${persistenceId}: refused, because the key store has been closed.`, { persistenceId })
  }

  /** The newest key, as far as this process knows. */
  async #newest(persistenceId: string): Promise<DataKey | undefined> {
    const loaded = await this.#load(persistenceId)
    if (loaded.ring.isForgotten) throw keyForgotten(persistenceId)
    return loaded.get(loaded.ring.version)
  }

  /** Makes a key, unless somebody else is first: then theirs is the key. */
  async #create(persistenceId: string): Promise<DataKey> {
    for (;;) {
      const loaded = await this.#reload(persistenceId)
      if (loaded.ring.isForgotten) throw keyForgotten(persistenceId)
      const key = await loaded.get(loaded.ring.version)
      if (key !== undefined) return key
      await this.#addKey(persistenceId, loaded.ring)
    }
  }

  /** Adds a key to a ring, if it still is as it was read. Who comes too late, or comes again, finds out by reading. */
  async #addKey(persistenceId: string, ring: KeyRing): Promise<void> {
    const version = ring.version + 1
    const keys = new Map<number, Uint8Array>()
    for (const [older, wrapped] of ring.keys) {
      const context = { persistenceId, version: older }
      keys.set(older, await this.#keyWrap.wrap(await this.#keyWrap.unwrap(wrapped, context), context))
    }
    keys.set(version, await this.#keyWrap.wrap(newKey(), { persistenceId, version }))
    await this.#change(persistenceId, `storing its data key of version ${version}`, {
      UpdateExpression: 'SET #VERSION = :version, #KEYS = :keys',
      ConditionExpression:
        ring === NO_KEYS
          ? 'attribute_not_exists(#PERSISTENCE_ID)'
          : '#VERSION = :before AND attribute_not_exists(#FORGOTTEN)',
      ExpressionAttributeNames: names(
        'VERSION',
        'KEYS',
        ...(ring === NO_KEYS ? ['PERSISTENCE_ID' as const] : ['FORGOTTEN' as const]),
      ),
      ExpressionAttributeValues: {
        ':version': { N: String(version) },
        ':keys': wrappedKeys(keys),
        ...(ring !== NO_KEYS && { ':before': { N: String(ring.version) } }),
      },
    })
  }

  /** Changes the item of an id; a condition that does not hold changes nothing. */
  async #change(
    persistenceId: string,
    what: string,
    update: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<void> {
    const options = requestOptions(persistenceId, 'write', what)
    try {
      await this.#requests.send('UpdateItem', { TableName: this.#table, Key: keyOf(persistenceId), ...update }, options)
    } catch (error) {
      if (!(error instanceof RequestFailedError) || classify(error.cause).reason !== 'conflict') throw error
    } finally {
      // Also what was read while the change was under way.
      this.#cache.delete(persistenceId)
    }
  }

  /** The ring of an id; read again where another process must have made a version that this one has not seen. */
  async #ringWith(persistenceId: string, version = 0): Promise<UnwrappedRing> {
    const loaded = await this.#load(persistenceId)
    return version > loaded.ring.version ? this.#reload(persistenceId) : loaded
  }

  #reload(persistenceId: string): Promise<UnwrappedRing> {
    this.#cache.delete(persistenceId)
    return this.#load(persistenceId)
  }

  #load(persistenceId: string): Promise<UnwrappedRing> {
    const cached = this.#cache.get(persistenceId)
    if (cached !== undefined) return cached
    const loading = this.#read(persistenceId)
    this.#cache.set(persistenceId, loading)
    const dropIt = () => this.#cache.deleteValue(persistenceId, loading)
    // That there is no key is not worth remembering: the next write makes one.
    loading.then(({ ring }) => ring === NO_KEYS && dropIt(), dropIt)
    return loading
  }

  async #read(persistenceId: string): Promise<UnwrappedRing> {
    const { Item: item } = await this.#requests.send(
      'GetItem',
      { TableName: this.#table, Key: keyOf(persistenceId), ConsistentRead: true },
      requestOptions(persistenceId, 'recovery', 'reading its data keys'),
    )
    const ring = item === undefined ? NO_KEYS : readKeyItem(item, this.#table, persistenceId)
    return new UnwrappedRing(persistenceId, ring, this.#keyWrap.unwrap)
  }
}

const requestOptions = (persistenceId: string, priority: RequestOptions['priority'], what: string): RequestOptions => ({
  persistenceId,
  priority,
  purpose: `${persistenceId}: ${what}`,
})

const keyWrapOf = ({ masterKey, wrap, unwrap }: ResolvedKeyStoreConfig): KeyWrap => {
  if (wrap !== undefined && unwrap !== undefined) return { wrap, unwrap }
  return masterKeyWrap(masterKey instanceof Uint8Array ? [masterKey] : (masterKey ?? []))
}

/**
 * Data keys in a DynamoDB table, wrapped by a master key or a key service. Two processes that make the key of an id at once end up
 * with one. Keys are cached: in this process a forgotten one is gone at once, another may use it until `cache.ttlMs` has
 * passed. Backups of the table keep forgotten keys for as long as they are kept themselves: switch point-in-time
 * recovery off, or count its 35 days in.
 *
 * Cost: a strongly consistent read when an id is first used (half a read unit), and again after `cache.ttlMs`; a write for a
 * new id.
 *
 * @throws {@link ConfigError} options that are not usable; the message names every mistake, and no key.
 */
export const dynamoDBKeyStore = (config: KeyStoreConfig): ManagedKeyStore =>
  new DynamoDBKeyStore(parseConfig(keyStoreConfigSchema, config, 'dynamoDBKeyStore'))
