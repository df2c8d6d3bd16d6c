import { inspect } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConfigError, serialization } from '@dynact/persistence'
import {
  createSnapshotTable,
  dynamoDBSnapshotStore,
  type SnapshotStoreConfig,
  type SnapshotTableConfig,
  snapshotTableDefinition,
} from '@dynact/snapshot-dynamodb'

const credentials = {
  accessKeyId: 'AKIATOPSECRET',
  secretAccessKey: 'top-secret-key',
  sessionToken: 'top-secret-token',
}
const client = new DynamoDBClient({ region: 'eu-central-1', credentials })
afterAll(() => client.destroy())

/** The error of what a program in JavaScript might pass. */
const mistakesOf = (config: unknown): ConfigError => {
  try {
    dynamoDBSnapshotStore(config as SnapshotStoreConfig)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('a ConfigError was expected')
}

describe('the config of a snapshot store', () => {
  test('has the defaults that the documentation names', () => {
    const { client: given, serialization: chosen, ...rest } = dynamoDBSnapshotStore({ client }).config

    expect(given).toBe(client)
    expect(chosen.serialize('a', { persistenceId: 'x', sequenceNr: 1 })).toMatchObject({ serializerId: 20 })
    expect(rest).toEqual({
      table: 'dynact-snapshot',
      journalName: 'journal',
      maxConnections: 50,
      maxQueued: 10_000,
      maxItemSize: 409_600,
      retry: { attemptMs: 1_500, totalMs: 4_500, baseMs: 25, maxMs: 500 },
      compression: { algorithm: 'none', minBytes: 1_024, level: 6 },
      split: false,
      onUnreadable: 'fail',
    })
  })

  test.each<[Partial<SnapshotStoreConfig>, object]>([
    [{ compression: 'zlib' }, { compression: { algorithm: 'zlib', minBytes: 1_024, level: 6 } }],
    [{ compression: { algorithm: 'zlib', level: 9 } }, { compression: { minBytes: 1_024, level: 9 } }],
    [{ split: true }, { split: { maxBytes: 16 * 1024 * 1024 } }],
    [{ split: {} }, { split: { maxBytes: 16 * 1024 * 1024 } }],
    [{ split: false }, { split: false }],
    [{ onUnreadable: 'older' }, { onUnreadable: 'older' }],
  ])('fills in %j', (given, expected) => {
    expect(dynamoDBSnapshotStore({ client, ...given }).config).toMatchObject(expected)
  })

  test('is what was given', async () => {
    const given = {
      clientConfig: { region: 'eu-central-1' },
      table: 'snapshots.v2_x-1',
      journalName: 'shop',
      serialization: serialization(),
      maxConnections: 7,
      maxQueued: 8,
      maxItemSize: 1_000,
      retry: { attemptMs: 1, totalMs: 2, baseMs: 3, maxMs: 4 },
      compression: { algorithm: 'zlib' as const, minBytes: 9, level: 1 },
      split: { maxBytes: 10 },
      onUnreadable: () => 'older' as const,
    }

    const store = dynamoDBSnapshotStore(given)

    expect(store.config).toEqual(given)
    await store.close()
  })

  test('is frozen, nested options too, and the client is not', () => {
    const { config } = dynamoDBSnapshotStore({ client })

    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.retry)).toBe(true)
    expect(Object.isFrozen(client)).toBe(false)
  })
})

describe('a mistake is refused, with the option and what it must be', () => {
  const onlyOne = /give either client or clientConfig .* not both and not neither/

  test.each<[string, object, RegExp]>([
    ['neither client nor clientConfig', {}, onlyOne],
    ['both client and clientConfig', { client, clientConfig: {} }, onlyOne],
    ['a client that is none', { client: {} }, /must be a DynamoDBClient\s+→ at client/],
    [
      'a configuration that is none',
      { clientConfig: 'eu-central-1' },
      /must be the configuration object of a DynamoDBClient\s+→ at clientConfig/,
    ],
    ['an unknown option', { client, sequenceShards: 3 }, /Unrecognized key: "sequenceShards"/],
    ['an unknown nested option', { client, retry: { attempts: 3 } }, /Unrecognized key: "attempts"\s+→ at retry/],
    ['a table name that DynamoDB refuses', { client, table: 'ä'.repeat(5) }, /3 to 255 characters.*\s+→ at table/],
    ['a journalName with P', { client, journalName: 'a-P-b' }, /P, SH or SL between its dashes.*\s+→ at journalName/],
    [
      'a serialization that is a serializer',
      { client, serialization: { identifier: 7 } },
      /must come from serialization\(\.\.\.\)/,
    ],
    ['items larger than DynamoDB takes', { client, maxItemSize: 409_601 }, /→ at maxItemSize/],
    [
      'another compression',
      { client, compression: 'gzip' },
      /must be 'none', 'zlib' or \{ algorithm, minBytes, level \}\s+→ at compression/,
    ],
    ['a level of compression that zlib lacks', { client, compression: { algorithm: 'zlib', level: 10 } }, /level/],
    ['a split that is a number', { client, split: 2 }, /must be true, false or \{ maxBytes \}\s+→ at split/],
    ['no bytes to split', { client, split: { maxBytes: 0 } }, /→ at split\.maxBytes/],
    ['another way with what is unreadable', { client, onUnreadable: 'skip' }, /'fail', 'older' or a function/],
    ['no connection', { client, maxConnections: 0 }, /→ at maxConnections/],
    ['another transport', { client, transport: 'http' }, /"direct"\|"sdk"\s+→ at transport/],
    [
      'an attempt longer than all of them',
      { client, retry: { attemptMs: 1_001, totalMs: 1_000 } },
      /must not be larger than totalMs\s+→ at retry\.attemptMs/,
    ],
  ])('%s', (_, config, message) => {
    expect(mistakesOf(config)).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) })
    expect(mistakesOf(config).message).toMatch(/^dynamoDBSnapshotStore: these options are not usable:/)
  })

  test.each([[undefined], [null], ['table'], [[]]])('%j for all options', (config) => {
    expect(mistakesOf(config).message).toMatch(/^dynamoDBSnapshotStore: these options are not usable:/)
  })

  test('all of them are named in one message', () => {
    const { message } = mistakesOf({
      tabel: 'x',
      table: 7,
      journalName: 'P',
      maxItemSize: 1,
      retry: { attemptMs: 9_999, totalMs: 1_000, maxMs: -1, pause: 3 },
      compression: { algorithm: 'zlib', level: 0, size: 1 },
      split: { maxParts: 1 },
      onUnreadable: true,
    })

    for (const named of [
      '"tabel"',
      'journalName',
      'maxItemSize',
      'retry.maxMs',
      'retry.attemptMs',
      '"pause"',
      'compression.level',
      '"size"',
      '"maxParts"',
      'onUnreadable',
      'clientConfig',
    ])
      expect(message).toContain(named)
  })

  test('a client that is none is not called a missing one too', () => {
    expect(mistakesOf({ client: {} }).message).not.toMatch(onlyOne)
  })
})

test.each<[string, object]>([
  ['of a clientConfig', { clientConfig: { credentials }, table: 1, x: 2 }],
  ['of a client', { client, clientConfig: { credentials } }],
  ['in the wrong place', { client: { credentials }, clientConfig: [credentials], credentials }],
  ['as a value of the wrong type', { client, table: credentials }],
])('credentials %s are never in the error, its cause included', (_, config) => {
  const error = mistakesOf(config)

  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/AKIATOPSECRET|top-secret/)
  expect(error.cause).toBeDefined()
})

describe('the options of the table', () => {
  test('are those of the store, so that one object serves both', () => {
    expect(snapshotTableDefinition({ client, table: 'snapshots', maxConnections: 3 })).toMatchObject({
      TableName: 'snapshots',
    })
  })

  test('need no client of their own', () => {
    expect(snapshotTableDefinition()).toMatchObject({
      TableName: 'dynact-snapshot',
      BillingMode: 'PAY_PER_REQUEST',
      LocalSecondaryIndexes: [{ IndexName: 'ts-idx', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    })
  })

  test('with mistakes are refused before anything is sent', async () => {
    await expect(createSnapshotTable(client, { tabel: 'x' } as SnapshotTableConfig)).rejects.toThrow(
      /^snapshotTableDefinition: these options are not usable:[\s\S]*"tabel"/,
    )
  })
})
