import { randomBytes } from 'node:crypto'
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { PersistenceError } from '@dynact/persistence'
import {
  createKeyTable,
  deleteKeyTable,
  dynamoDBKeyStore,
  type KeyStoreConfig,
  keyTableDefinition,
  type ManagedKeyStore,
} from '@dynact/serialization-encrypted'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { observedClient } from '../../../tools/test-support/observed-client.js'

const table = uniqueTableName('keys')
const observed = observedClient()
const open: ManagedKeyStore[] = []
const masterKey = new Uint8Array(randomBytes(32))

const storeOf = (config: Partial<KeyStoreConfig> = { masterKey }): ManagedKeyStore => {
  const store = dynamoDBKeyStore({
    client: observed.client,
    transport: testTransport,
    table,
    retry: { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 },
    ...config,
  })
  open.push(store)
  return store
}
let ids = 0
const freshId = () => `person-${++ids}-${table}`
const itemOf = async (persistenceId: string) =>
  (
    await observed.client.send(
      new GetItemCommand({ TableName: table, Key: { persistence_id: { S: persistenceId } }, ConsistentRead: true }),
    )
  ).Item
const operations = () => observed.requests.map(({ operation }) => operation)

beforeAll(async () => {
  await observed.start()
  await createKeyTable(observed.client, { table })
})
beforeEach(() => {
  observed.requests.length = 0
  observed.fateOf = () => 'pass'
})
afterAll(async () => {
  observed.fateOf = () => 'pass'
  await Promise.all(open.map((store) => store.close()))
  await deleteKeyTable(observed.client, { table })
  await observed.stop()
})

test('makes a key once, and finds it again in another process', async () => {
  const id = freshId()
  const [store, other] = [storeOf(), storeOf()]
  expect(await store.get(id)).toBeUndefined()

  const made = await store.getOrCreate(id)

  expect(made).toEqual({ version: 1, key: expect.any(Uint8Array) })
  expect(made.key).toHaveLength(32)
  expect(await store.getOrCreate(id)).toEqual(made)
  expect(await other.getOrCreate(id)).toEqual(made)
  expect(await other.get(id, 1)).toEqual(made)
  expect(await other.get(id, 2)).toBeUndefined()
})

test('two processes that make the key at once end up with one', async () => {
  const stores = [storeOf(), storeOf(), storeOf()]
  for (let round = 0; round < 10; round++) {
    const id = freshId()
    const keys = await Promise.all(stores.map((store) => store.getOrCreate(id)))

    expect(new Set(keys.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect(await storeOf().get(id)).toEqual(keys[0])
  }
})

test('an answer that is lost does not make another key', async () => {
  const id = freshId()
  let isLost = false
  observed.fateOf = ({ operation }) => {
    if (operation !== 'UpdateItem' || isLost) return 'pass'
    isLost = true
    return { loseAnswer: 'reset' }
  }
  const store = storeOf({ masterKey, retry: { attemptMs: 2_000, totalMs: 40_000, baseMs: 1, maxMs: 5 } })

  const made = await store.getOrCreate(id)

  expect(isLost).toBe(true)
  expect(made.version).toBe(1)
  expect(await storeOf().get(id)).toEqual(made)
})

test('many events of a new id at once make one key by three requests; then the cache serves', async () => {
  const store = storeOf()
  const id = freshId()

  const keys = await Promise.all(Array.from({ length: 20 }, () => store.getOrCreate(id)))

  expect(new Set(keys.map(({ key }) => key)).size).toBe(1)
  expect(operations().filter((operation) => operation === 'UpdateItem')).toHaveLength(1)
  observed.requests.length = 0
  await store.get(id, 1)
  await store.getOrCreate(id)
  expect(operations()).toEqual([])
})

test('stores no key in the clear, and under the master key of no other id', async () => {
  const store = storeOf()
  const [id, other] = [freshId(), freshId()]
  const { key } = await store.getOrCreate(id)
  await store.getOrCreate(other)
  const item = await itemOf(id)
  const wrapped = item?.['keys']?.M?.['1']?.B as Uint8Array

  expect(Object.keys(item ?? {}).sort()).toEqual(['keys', 'persistence_id', 'ver'])
  expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false)
  await observed.client.send(new PutItemCommand({ TableName: table, Item: { ...item, persistence_id: { S: other } } }))
  await expect(storeOf().get(other)).rejects.toThrow(/was changed, or belongs to another id/)
})

test('rotates: the newest writes, all read, here and elsewhere', async () => {
  const [store, other] = [storeOf(), storeOf()]
  const id = freshId()
  const first = await store.getOrCreate(id)
  await other.getOrCreate(id)

  const second = await store.rotate(id)

  expect(second.version).toBe(2)
  expect(await store.getOrCreate(id)).toEqual(second)
  expect(await store.get(id, 1)).toEqual(first)
  // It has the first one in its cache, and is shown a payload of the second.
  expect(await other.get(id, 2)).toEqual(second)
  expect(await other.getOrCreate(id)).toEqual(second)
})

describe('forget', () => {
  test('deletes every version for good, and leaves a mark', async () => {
    const [store, fresh] = [storeOf(), storeOf()]
    const id = freshId()
    await store.getOrCreate(id)
    await store.rotate(id)

    await store.forget(id)

    expect(await itemOf(id)).toEqual({
      persistence_id: { S: id },
      ver: { N: '2' },
      forgotten_to: { N: '2' },
      forgotten: { BOOL: true },
    })
    for (const one of [store, fresh]) {
      expect(await one.get(id, 1)).toBeUndefined()
      expect(await one.isForgotten(id, 2)).toBe(true)
      await expect(one.getOrCreate(id)).rejects.toThrow(/forgotten.*revive/)
      await expect(one.rotate(id)).rejects.toThrow(/forgotten/)
    }
    await store.forget(id)
    expect(await store.isForgotten(id, 2)).toBe(true)
  })

  test('holds for an id that has no key yet', async () => {
    const store = storeOf()
    const id = freshId()
    expect(await store.isForgotten(id, 1)).toBe(false)

    await store.forget(id)

    await expect(storeOf().getOrCreate(id)).rejects.toThrow(/forgotten/)
    expect(await store.isForgotten(id, 1)).toBe(true)
  })

  test('leaves other ids alone', async () => {
    const store = storeOf()
    const [id, other] = [freshId(), freshId()]
    await store.getOrCreate(id)
    const kept = await store.getOrCreate(other)

    await store.forget(id)

    expect(await store.get(other)).toEqual(kept)
    expect(await storeOf().get(other)).toEqual(kept)
  })

  test('reaches another process when its cache expires', async () => {
    const [store, cached, uncached] = [storeOf(), storeOf(), storeOf({ masterKey, cache: { ttlMs: 0 } })]
    const id = freshId()
    await store.getOrCreate(id)
    await cached.get(id)
    await uncached.get(id)

    await store.forget(id)

    expect(await cached.get(id)).toBeDefined()
    expect(await uncached.get(id)).toBeUndefined()
  })

  test('is undone by revive for new keys only', async () => {
    const store = storeOf()
    const id = freshId()
    const lost = await store.getOrCreate(id)
    await store.forget(id)

    await store.revive(id)
    const made = await store.getOrCreate(id)

    expect(made.version).toBe(2)
    expect(made.key).not.toEqual(lost.key)
    expect(await store.get(id, 1)).toBeUndefined()
    expect(await store.isForgotten(id, 1)).toBe(true)
    expect(await store.isForgotten(id, 2)).toBe(false)
    await expect(store.revive(freshId())).resolves.toBeUndefined()
  })
})

describe('master keys', () => {
  const newer = new Uint8Array(randomBytes(32))

  test('the first wraps, all unwrap; a rotation wraps the older data keys anew', async () => {
    const id = freshId()
    const first = await storeOf().getOrCreate(id)
    const both = storeOf({ masterKey: [newer, masterKey] })
    expect(await both.get(id)).toEqual(first)
    await expect(storeOf({ masterKey: newer }).get(id)).rejects.toThrow(/no master key is called [0-9a-f]{8}/)

    const second = await both.rotate(id)

    const onlyNewer = storeOf({ masterKey: [newer] })
    expect(await onlyNewer.get(id, 1)).toEqual(first)
    expect(await onlyNewer.get(id, 2)).toEqual(second)
  })

  test('a key service wraps instead, is told what, and is asked again after a failure', async () => {
    const id = freshId()
    const asked: unknown[] = []
    let isDown = true
    const service = {
      wrap: async (key: Uint8Array, about: unknown) => {
        asked.push(about)
        return key.map((byte) => byte ^ 0xff)
      },
      unwrap: async (wrapped: Uint8Array) => {
        if (isDown) throw new Error('the key service is down')
        return wrapped.map((byte) => byte ^ 0xff)
      },
    }
    const store = storeOf(service)
    await expect(store.getOrCreate(id)).rejects.toThrow('the key service is down')
    isDown = false

    const made = await store.getOrCreate(id)

    expect(made.key).toHaveLength(32)
    expect(asked).toEqual([{ persistenceId: id, version: 1 }])
    expect((await itemOf(id))?.['keys']?.M?.['1']?.B).toEqual(made.key.map((byte) => byte ^ 0xff))
  })
})

test.each<[string, object, RegExp]>([
  ['neither master key nor key service', {}, /masterKey/],
  ['both', { masterKey, wrap: () => masterKey, unwrap: () => masterKey }, /masterKey/],
  ['half a key service', { wrap: () => masterKey }, /masterKey/],
  ['a short master key', { masterKey: new Uint8Array(16) }, /32 bytes/],
  ['two clients', { masterKey, clientConfig: {} }, /client/],
])('refuses %s', (_, config, why) => {
  const make = () => dynamoDBKeyStore({ client: observed.client, ...config } as KeyStoreConfig)

  expect(make).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(why) }))
})

test('the table has one key, and creating it again changes nothing', async () => {
  expect(keyTableDefinition()).toMatchObject({
    TableName: 'dynact-keys',
    KeySchema: [{ AttributeName: 'persistence_id', KeyType: 'HASH' }],
  })
  await expect(createKeyTable(observed.client, { table })).resolves.toBeUndefined()
})

test('refuses blank ids, and everything once it is closed', async () => {
  const store = storeOf()
  await expect(store.getOrCreate(' ')).rejects.toBeInstanceOf(PersistenceError)
  await store.close()
  await store.close()

  await expect(store.getOrCreate(freshId())).rejects.toThrow(/closed/)
})
