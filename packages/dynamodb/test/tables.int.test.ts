import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable, journalTableSchema, snapshotTableSchema } from '@dynact/dynamodb'
import { ConfigError, PersistenceError } from '@dynact/persistence'
import dynalite from 'dynalite'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { serviceError } from './fake-transport.js'

const client = new DynamoDBClient(testClientConfig())
const created: string[] = []
/** A table name that is cleaned up. */
const tableName = (): string => {
  const name = uniqueTableName('tables')
  created.push(name)
  return name
}
afterAll(async () => {
  await Promise.all(created.map((table) => deleteTable(client, table)))
  client.destroy()
})

const describeTable = async (TableName: string) => (await client.send(new DescribeTableCommand({ TableName }))).Table

describe('creating a table', () => {
  test('the journal’s has par and num for keys, is paid per request, and is ACTIVE', async () => {
    const table = tableName()

    await createTable(client, journalTableSchema(table, false))

    expect(await describeTable(table)).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'par', KeyType: 'HASH' },
        { AttributeName: 'num', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: expect.arrayContaining([
        { AttributeName: 'par', AttributeType: 'S' },
        { AttributeName: 'num', AttributeType: 'N' },
      ]),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    })
    expect((await describeTable(table))?.GlobalSecondaryIndexes).toBeUndefined()
  })

  test('the journal’s has the index that lists ids when it is asked for', async () => {
    const table = tableName()

    await createTable(client, journalTableSchema(table, true))

    expect((await describeTable(table))?.GlobalSecondaryIndexes).toMatchObject([
      {
        IndexName: 'persistence-ids-idx',
        KeySchema: [
          { AttributeName: 'num', KeyType: 'HASH' },
          { AttributeName: 'par', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ])
  })

  test('the snapshots’ has par and seq for keys, and a local index on the time that holds keys only', async () => {
    const table = tableName()

    await createTable(client, snapshotTableSchema(table))

    expect(await describeTable(table)).toMatchObject({
      KeySchema: [
        { AttributeName: 'par', KeyType: 'HASH' },
        { AttributeName: 'seq', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'ts-idx',
          KeySchema: [
            { AttributeName: 'par', KeyType: 'HASH' },
            { AttributeName: 'ts', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    })
  })

  test.each([
    ['a journal’s', (table: string) => journalTableSchema(table, true)],
    ['a snapshot store’s', snapshotTableSchema],
  ])('%s that is there already is no error, and keeps what is in it', async (_, schemaOf) => {
    const table = tableName()
    const item = { par: { S: 'a' }, num: { N: '1' }, seq: { N: '1' } }
    await createTable(client, schemaOf(table))
    await client.send(new PutItemCommand({ TableName: table, Item: item }))

    await createTable(client, schemaOf(table))

    const Key = Object.fromEntries(
      (schemaOf(table).KeySchema ?? []).map(({ AttributeName = '' }) => [AttributeName, item[AttributeName as 'par']]),
    )
    expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toEqual(item)
  })

  test('needs no permission to create one when it is there', async () => {
    const table = tableName()
    const schema = journalTableSchema(table, false)
    await createTable(client, schema)
    const describing = new DynamoDBClient(testClientConfig())
    describing.middlewareStack.add(
      (next, context) => async (args) => {
        if (context['commandName'] !== 'DescribeTableCommand') throw serviceError('AccessDeniedException')
        return next(args)
      },
      { step: 'initialize' },
    )

    await expect(createTable(describing, schema)).resolves.toBeUndefined()
    await expect(createTable(describing, journalTableSchema(tableName(), false))).rejects.toThrow(
      /^Could not create the table .*: AccessDeniedException/,
    )
    describing.destroy()
  })

  test('that is just being deleted waits, and makes it anew', async () => {
    // DynamoDB Local deletes at once; dynalite takes its time, as AWS does.
    const slow = dynalite({ createTableMs: 0, deleteTableMs: 500 })
    await once(slow.listen(0, '127.0.0.1'), 'listening')
    const endpoint = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
    const client = new DynamoDBClient({ ...testClientConfig(), endpoint })
    const schema = journalTableSchema(uniqueTableName('tables'), false)
    await createTable(client, schema)
    await client.send(new DeleteTableCommand({ TableName: schema.TableName }))

    await createTable(client, schema)

    const { Table } = await client.send(new DescribeTableCommand({ TableName: schema.TableName }))
    expect(Table?.TableStatus).toBe('ACTIVE')
    client.destroy()
    slow.close()
  })

  test('by two at once: both find it done', async () => {
    const table = tableName()
    const schema = journalTableSchema(table, false)

    await Promise.all([createTable(client, schema), createTable(client, schema), createTable(client, schema)])

    expect(await describeTable(table)).toMatchObject({ TableStatus: 'ACTIVE' })
  })

  test('a billing mode and an index of the user’s own do not matter', async () => {
    const table = tableName()
    const schema = journalTableSchema(table, false)
    const throughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
    await client.send(
      new CreateTableCommand({
        ...schema,
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: throughput,
        GlobalSecondaryIndexes: [
          {
            IndexName: 'mine',
            KeySchema: [{ AttributeName: 'num', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
            ProvisionedThroughput: throughput,
          },
        ],
      }),
    )

    await expect(createTable(client, schema)).resolves.toBeUndefined()
  })

  test('a snapshot table of a JVM set-up, whose index projects everything, is right too', async () => {
    const table = tableName()
    const schema = snapshotTableSchema(table)
    const LocalSecondaryIndexes = schema.LocalSecondaryIndexes?.map((index) => ({
      ...index,
      Projection: { ProjectionType: 'ALL' as const },
    }))
    await client.send(new CreateTableCommand({ ...schema, LocalSecondaryIndexes }))

    await expect(createTable(client, schema)).resolves.toBeUndefined()
  })
})

describe('a table of the right name and the wrong shape', () => {
  const journal = (table: string) => journalTableSchema(table, false)
  const withKeys =
    (...keys: [string, 'S' | 'N'][]) =>
    (table: string): CreateTableCommandInput => ({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keys.map(([AttributeName], index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    })

  test.each<[string, (table: string) => CreateTableCommandInput, (table: string) => CreateTableCommandInput, string]>([
    [
      'other names of keys',
      withKeys(['pk', 'S'], ['sk', 'N']),
      journal,
      'keys are pk (HASH), sk (RANGE), where dynact needs par (HASH), num (RANGE)',
    ],
    ['no range key', withKeys(['par', 'S']), journal, 'keys are par (HASH), where'],
    [
      'another type of hash key',
      withKeys(['par', 'B'] as never, ['num', 'N']),
      journal,
      'key par has type B, where dynact needs S',
    ],
    [
      'another type of range key',
      withKeys(['par', 'S'], ['num', 'S']),
      journal,
      'key num has type S, where dynact needs N',
    ],
    ['a snapshot table for a journal', snapshotTableSchema, journal, 'keys are par (HASH), seq (RANGE)'],
    ['a journal for a snapshot table', journal, snapshotTableSchema, 'keys are par (HASH), num (RANGE)'],
    [
      'no index that lists ids',
      journal,
      (table) => journalTableSchema(table, true),
      'index persistence-ids-idx is not there',
    ],
    [
      'a snapshot table without its index',
      withKeys(['par', 'S'], ['seq', 'N']),
      snapshotTableSchema,
      'index ts-idx is not there',
    ],
  ])('%s is a ConfigError that says so, and the table is left as it is', async (_, actual, expected, message) => {
    const table = tableName()
    await client.send(new CreateTableCommand(actual(table)))

    const error = await rejectionOf(createTable(client, expected(table)))

    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain(`The table ${table} exists, but its ${message}`)
    expect((error as Error).message).toMatch(/Choose another table name, or delete the table if it is not in use\.$/)
    expect((await describeTable(table))?.KeySchema).toEqual(actual(table).KeySchema)
  })
})

describe('deleting a table', () => {
  test('takes it away with all that is in it', async () => {
    const table = tableName()
    await createTable(client, journalTableSchema(table, false))

    await deleteTable(client, table)

    await expect(describeTable(table)).rejects.toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }))
  })

  test('that is not there is no error', async () => {
    await expect(deleteTable(client, uniqueTableName('never-created'))).resolves.toBeUndefined()
  })

  test('and creating it again gives an empty one', async () => {
    const table = tableName()
    const Key = { par: { S: 'a' }, num: { N: '1' } }
    await createTable(client, journalTableSchema(table, false))
    await client.send(new PutItemCommand({ TableName: table, Item: Key }))

    await deleteTable(client, table)
    await createTable(client, journalTableSchema(table, false))

    expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toBeUndefined()
  })
})

describe('where DynamoDB can not be reached', () => {
  const unreachable = new DynamoDBClient({ ...testClientConfig(), endpoint: 'http://127.0.0.1:1', maxAttempts: 1 })
  afterAll(() => unreachable.destroy())

  test.each([
    ['create', () => createTable(unreachable, journalTableSchema('events', false))],
    ['delete', () => deleteTable(unreachable, 'events')],
  ])('%s says for which table, why, and what to check', async (verb, attempt) => {
    const error = await rejectionOf(attempt())

    expect(error).toBeInstanceOf(PersistenceError)
    expect((error as Error).message).toMatch(
      new RegExp(
        `^Could not ${verb} the table events: .*ECONNREFUSED.* Check the endpoint, the credentials and their permissions\\.$`,
      ),
    )
  })

  test('what DynamoDB refuses says so', async () => {
    const error = await rejectionOf(createTable(client, journalTableSchema('a/b', false)))

    expect(error).toBeInstanceOf(PersistenceError)
    expect((error as Error).message).toMatch(/^Could not create the table a\/b: ValidationException: /)
  })
})
