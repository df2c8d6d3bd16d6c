import { inspect } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Span } from '@dynact/dynamodb'
import {
  createJournalTable,
  dynamoDBJournal,
  type JournalConfig,
  type JournalTableConfig,
  journalTableDefinition,
} from '@dynact/journal-dynamodb'
import { ConfigError, serialization } from '@dynact/persistence'

const credentials = {
  accessKeyId: 'AKIATOPSECRET',
  secretAccessKey: 'top-secret-key',
  sessionToken: 'top-secret-token',
}
const client = new DynamoDBClient({ region: 'eu-central-1', credentials })
afterAll(() => client.destroy())

/** What a program in JavaScript might pass. */
const configured = (config: object) => dynamoDBJournal(config as JournalConfig)

const mistakesOf = (config: unknown): ConfigError => {
  try {
    configured(config as object)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('a ConfigError was expected')
}

describe('defaults', () => {
  test('are those that the documentation names', () => {
    const { client: given, serialization: chosen, ...rest } = dynamoDBJournal({ client }).config

    expect(given).toBe(client)
    expect(chosen.serialize('a', { persistenceId: 'x', sequenceNr: 1 })).toMatchObject({ serializerId: 20 })
    expect(rest).toEqual({
      table: 'dynact-journal',
      journalName: 'journal',
      sequenceShards: 10,
      atomicWrites: 'marked',
      maxConnections: 50,
      maxQueued: 10_000,
      groupCommit: { maxBatch: 25 },
      maxItemSize: 409_600,
      replayParallelism: 4,
      readAhead: 8 * 1024 * 1024,
      onGap: 'report',
      distrust: false,
      pokeLimit: { eventsPerSecond: 400, overMs: 10_000 },
      retry: { attemptMs: 1_500, totalMs: 4_500, baseMs: 25, maxMs: 500 },
    })
  })

  test('fill in what a nested option leaves out', () => {
    expect(dynamoDBJournal({ client, retry: { maxMs: 100 } }).config.retry).toEqual({
      attemptMs: 1_500,
      totalMs: 4_500,
      baseMs: 25,
      maxMs: 100,
    })
  })

  test.each([
    [true, 25],
    [false, 1],
    [{}, 25],
    [{ maxBatch: 3 }, 3],
  ])('groupCommit: %j makes groups of at most %d', (groupCommit, maxBatch) => {
    expect(dynamoDBJournal({ client, groupCommit }).config.groupCommit).toEqual({ maxBatch })
  })

  test('give way to what is given', async () => {
    const onAnomaly = () => undefined
    const onMetrics = () => undefined
    const logger = { debug: onAnomaly, info: onAnomaly, warn: onAnomaly, error: onAnomaly }
    const tracer = { startSpan: () => ({}) as Span }
    const chosen = serialization()
    const given = {
      clientConfig: { region: 'eu-central-1' },
      table: 'events.v2_x-1',
      journalName: 'shop',
      sequenceShards: 1,
      serialization: chosen,
      atomicWrites: 'packed',
      maxConnections: 7,
      maxQueued: 8,
      transport: 'sdk',
      groupCommit: { maxBatch: 2 },
      onMetrics,
      logger,
      tracer,
      maxItemSize: 1_000,
      replayParallelism: 1,
      readAhead: 1_000_000,
      onGap: 'fail',
      onAnomaly,
      distrust: true,
      queries: { shards: 4, projection: 'all' },
      pokes: { poke: () => undefined, subscribe: () => () => undefined },
      pokeLimit: { eventsPerSecond: 5, overMs: 6 },
      retry: { attemptMs: 1, totalMs: 2, baseMs: 3, maxMs: 4 },
    } as const

    const journal = dynamoDBJournal(given)

    expect(journal.config).toEqual(given)
    expect(journal.config.serialization).toBe(chosen)
    await journal.close()
  })
})

describe('the config of a journal', () => {
  test('is frozen, nested options too', () => {
    const { config } = dynamoDBJournal({ client })

    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.retry)).toBe(true)
    expect(Object.isFrozen(config.groupCommit)).toBe(true)
  })

  test('does not change with the object that it was made of', () => {
    const given = { client, table: 'before', retry: { maxMs: 100 } }
    const { config } = dynamoDBJournal(given)

    given.table = 'after'
    given.retry.maxMs = 200

    expect(config).toMatchObject({ table: 'before', retry: { maxMs: 100 } })
  })

  test('leaves the client as it is', () => {
    dynamoDBJournal({ client })

    expect(Object.isFrozen(client)).toBe(false)
    expect(Object.isFrozen(client.config)).toBe(false)
  })
})

describe('a mistake is refused, with the option and what it must be', () => {
  const onlyOne = /give either client or clientConfig .* not both and not neither/

  test.each<[string, object, RegExp]>([
    ['neither client nor clientConfig', {}, onlyOne],
    ['both client and clientConfig', { client, clientConfig: {} }, onlyOne],
    ['a client that is none', { client: {} }, /must be a DynamoDBClient\s+→ at client/],
    [
      'a client as its configuration',
      { clientConfig: client },
      /must be the configuration object of a DynamoDBClient\s+→ at clientConfig/,
    ],
    ['a configuration that is a list', { clientConfig: [] }, /must be the configuration object/],
    ['an unknown option', { client, journalTabel: 'x' }, /Unrecognized key: "journalTabel"/],
    ['an unknown nested option', { client, retry: { attempts: 3 } }, /Unrecognized key: "attempts"\s+→ at retry/],
    ['a table name that DynamoDB refuses', { client, table: 'a/b' }, /3 to 255 characters.*\s+→ at table/],
    ['a table name that is too short', { client, table: 'ab' }, /→ at table/],
    ['a table name that is too long', { client, table: 'a'.repeat(256) }, /→ at table/],
    ['no journalName', { client, journalName: '' }, /must not be empty\s+→ at journalName/],
    [
      'a journalName with P',
      { client, journalName: 'a-P' },
      /P, SH or SL between its dashes.*collide\s+→ at journalName/,
    ],
    ['a journalName with SH', { client, journalName: 'SH' }, /→ at journalName/],
    ['a journalName with SL', { client, journalName: 'SL-a' }, /→ at journalName/],
    ['no shards', { client, sequenceShards: 0 }, /→ at sequenceShards/],
    ['a fraction of shards', { client, sequenceShards: 1.5 }, /→ at sequenceShards/],
    [
      'a serialization that is a serializer',
      { client, serialization: { identifier: 7 } },
      /must come from serialization\(\.\.\.\)\s+→ at serialization/,
    ],
    ['no serialization', { client, serialization: null }, /→ at serialization/],
    [
      'another kind of atomic write',
      { client, atomicWrites: 'yes' },
      /"marked"\|"transaction"\|"packed"\s+→ at atomicWrites/,
    ],
    ['no queue', { client, maxQueued: 0 }, /→ at maxQueued/],
    ['a group of one', { client, groupCommit: { maxBatch: 1 } }, /→ at groupCommit/],
    ['a group that is too large', { client, groupCommit: { maxBatch: 26 } }, /→ at groupCommit/],
    ['a transport that is none', { client, transport: 'pigeon' as 'sdk' }, /→ at transport/],
    ['a logger that can not warn', { client, logger: { info() {} } as never }, /must have the methods.*\s+→ at logger/],
    ['a tracer that is none', { client, tracer: {} as never }, /must be a tracer.*\s+→ at tracer/],
    ['metrics for nobody', { client, onMetrics: true as never }, /must be a function\s+→ at onMetrics/],
    ['no connection', { client, maxConnections: 0 }, /→ at maxConnections/],
    ['another transport', { client, transport: 'http' }, /"direct"\|"sdk"\s+→ at transport/],
    ['infinitely many connections', { client, maxConnections: Number.POSITIVE_INFINITY }, /→ at maxConnections/],
    ['no parallelism', { client, replayParallelism: 0 }, /→ at replayParallelism/],
    ['no bytes read ahead', { client, readAhead: 0 }, /→ at readAhead/],
    ['items larger than DynamoDB takes', { client, maxItemSize: 409_601 }, /→ at maxItemSize/],
    ['another reaction to a gap', { client, onGap: 'ignore' }, /"report"\|"fail"\s+→ at onGap/],
    ['an onAnomaly that is no function', { client, onAnomaly: 'log' }, /must be a function\s+→ at onAnomaly/],
    [
      'shards that do not divide 1,024',
      { client, queries: { shards: 3 } },
      /must divide 1024[\s\S]*→ at queries.shards/,
    ],
    ['pokes that can’t be subscribed to', { client, pokes: { poke: () => undefined } }, /→ at pokes/],
    ['a text for a boolean', { client, distrust: 'true' }, /→ at distrust/],
    [
      'an attempt longer than all of them',
      { client, retry: { attemptMs: 5_000, totalMs: 4_999 } },
      /must not be larger than totalMs\s+→ at retry\.attemptMs/,
    ],
    ['a text for a number', { client, retry: { totalMs: '1000' } }, /→ at retry\.totalMs/],
  ])('%s', (_, config, message) => {
    expect(mistakesOf(config).message).toMatch(message)
    expect(mistakesOf(config)).toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/^dynamoDBJournal: these options are not usable:/),
    })
  })

  test.each([[undefined], [null], ['table'], [[]]])('%j for all options', (config) => {
    expect(mistakesOf(config).message).toMatch(/^dynamoDBJournal: these options are not usable:/)
  })
})

describe('several mistakes', () => {
  test('are all named in one message', () => {
    const { message } = mistakesOf({
      tabel: 'x',
      journalName: 'P',
      sequenceShards: 0,
      onGap: 'ignore',
      retry: { attemptMs: -1, pause: 3 },
    })

    for (const named of [
      '"tabel"',
      'clientConfig',
      'journalName',
      'sequenceShards',
      'onGap',
      'retry.attemptMs',
      '"pause"',
    ])
      expect(message).toContain(named)
  })
})

describe('credentials', () => {
  test.each<[string, object]>([
    ['of a clientConfig', { clientConfig: { credentials }, table: 1, x: 2 }],
    ['of a client', { client, clientConfig: { credentials }, table: 'a/b' }],
    ['in the wrong place', { client: { credentials }, clientConfig: [credentials], credentials }],
    ['as a value of the wrong type', { client, table: credentials, retry: { maxMs: credentials } }],
  ])('%s are never in the error, its cause included', (_, config) => {
    const error = mistakesOf(config)

    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/AKIATOPSECRET|top-secret/)
    expect(JSON.stringify(error)).not.toMatch(/AKIATOPSECRET|top-secret/)
    expect(error.cause).toBeDefined()
  })
})

describe('the options of the table', () => {
  test('are those of the journal, so that one object serves both', () => {
    const config = { client, table: 'events', journalName: 'shop', maxConnections: 3 }

    expect(journalTableDefinition(config)).toMatchObject({ TableName: 'events' })
  })

  test('need no client of their own', () => {
    expect(journalTableDefinition()).toMatchObject({
      TableName: 'dynact-journal',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'par', KeyType: 'HASH' },
        { AttributeName: 'num', KeyType: 'RANGE' },
      ],
    })
    expect(journalTableDefinition()).not.toHaveProperty('GlobalSecondaryIndexes')
  })

  test('have the index that lists ids', () => {
    expect(journalTableDefinition({ persistenceIdsIndex: true }).GlobalSecondaryIndexes).toMatchObject([
      { IndexName: 'persistence-ids-idx' },
    ])
    expect(mistakesOf({ client, persistenceIdsIndex: true }).message).toContain('"persistenceIdsIndex"')
  })

  test('with mistakes are refused before anything is sent', async () => {
    await expect(createJournalTable(client, { tabel: 'x', table: 'a/b' } as JournalTableConfig)).rejects.toThrow(
      /^journalTableDefinition: these options are not usable:[\s\S]*"tabel"[\s\S]*3 to 255 characters/,
    )
  })
})
