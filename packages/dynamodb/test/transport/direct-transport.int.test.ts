/** The direct transport beside the SDK's: the same requests to the same tables, the same answers and errors. */
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { rejectionOf } from '../../../../tools/test-support/failures.js'
import { requiresRealDynamoDB, testClientConfig, uniqueTableName } from '../../../../tools/test-support/index.js'
import type { Item } from '../../src/layout/item.js'
import { DirectTransport } from '../../src/transport/direct-transport.js'
import { SdkTransport } from '../../src/transport/sdk-transport.js'
import type { OperationName, Operations, Transport } from '../../src/transport/transport.js'
import { items } from '../item-arbitraries.js'

const client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 1 })
const direct = new DirectTransport(client, false, 5_000)
const sdk = new SdkTransport(client, false)
const TableName = uniqueTableName('direct')
const { signal } = new AbortController()

beforeAll(async () => {
  const key = { AttributeName: 'par', AttributeType: 'S' } as const
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [key],
      KeySchema: [{ AttributeName: key.AttributeName, KeyType: 'HASH' }],
    }),
  )
})
afterAll(async () => {
  direct.close()
  await client.send(new DeleteTableCommand({ TableName }))
  client.destroy()
})

/** Same answer, same status; request ids differ, and so does what the SDK tells of its own retries. */
const withoutIds = ({ $metadata, ...output }: { $metadata: { httpStatusCode?: number; attempts?: number } }) => ({
  ...output,
  $metadata: { httpStatusCode: $metadata.httpStatusCode, attempts: $metadata.attempts },
})

/** What both answer to a request that may be sent twice. */
const fromBoth = async <O extends OperationName>(operation: O, input: Operations[O]['input']) => ({
  ours: withoutIds(await direct.send(operation, input, signal)),
  theirs: withoutIds(await sdk.send(operation, input, signal)),
})

/** One transport writes, the other reads: in both directions the item arrives as it was. */
const check = async (write: (by: Transport, item: Item) => Promise<unknown>, numRuns = 50) => {
  const named = fc.tuple(items, fc.uuid()).map(([item, id]) => ({ ...item, par: { S: id } }))
  await fc.assert(
    fc.asyncProperty(named, fc.boolean(), async (item, isOurs) => {
      await write(isOurs ? direct : sdk, item)
      const { ours, theirs } = await fromBoth('GetItem', { TableName, Key: { par: item.par }, ConsistentRead: true })
      expect(ours).toStrictEqual(theirs)
      expect(ours).toHaveProperty('Item.par', item.par)
    }),
    { numRuns },
  )
}

describe('whatever the item', () => {
  test('PutItem and GetItem', () => check((by, Item) => by.send('PutItem', { TableName, Item }, signal)))

  test('BatchWriteItem', () =>
    check((by, Item) =>
      by.send('BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item } }] } }, signal),
    ))

  test('UpdateItem', () =>
    check((by, { par, ...attributes }) => {
      const [name = 'absent', value = { S: 'absent' }] = Object.entries(attributes)[0] ?? []
      const update = {
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      }
      return by.send('UpdateItem', { TableName, Key: { par } as Item, ...update }, signal)
    }))

  requiresRealDynamoDB('TransactWriteItems', () =>
    check((by, Item) => by.send('TransactWriteItems', { TransactItems: [{ Put: { TableName, Item } }] }, signal)),
  )

  requiresRealDynamoDB('BatchExecuteStatement', () =>
    check(async (by, item) => {
      const statement = {
        Statement: `INSERT INTO "${TableName}" VALUE {'par': ?, 'rest': ?}`,
        Parameters: [item['par'] ?? { S: '' }, { M: item }],
      }
      expect(await by.send('BatchExecuteStatement', { Statements: [statement] }, signal)).toHaveProperty('Responses')
    }),
  )
})

describe('the answers are the SDK’s', () => {
  const id = 'account-4711'
  const Item: Item = {
    par: { S: id },
    B: { BS: [new Uint8Array([0, 255]), new Uint8Array([1])] },
    M: { M: { B: { B: new Uint8Array(0) } } },
    text: { S: 'Zürich 🙂 "\\\n' },
  }
  const Key = { par: { S: id } }
  beforeEach(() => sdk.send('PutItem', { TableName, Item }, signal))

  test.each<[string, OperationName, object]>([
    ['what was overwritten', 'PutItem', { TableName, Item, ReturnValues: 'ALL_OLD' }],
    ['an item', 'GetItem', { TableName, Key, ReturnConsumedCapacity: 'TOTAL' }],
    ['no item', 'GetItem', { TableName, Key: { par: { S: 'nobody' } } }],
    ['several items', 'BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key, { par: { S: 'nobody' } }] } } }],
    [
      'a page',
      'Query',
      { TableName, KeyConditionExpression: 'par = :id', ExpressionAttributeValues: { ':id': { S: id } }, Limit: 1 },
    ],
    ['a deletion that finds nothing', 'DeleteItem', { TableName, Key: { par: { S: 'nobody' } } }],
    [
      'an update',
      'UpdateItem',
      {
        TableName,
        Key,
        UpdateExpression: 'SET seq = :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      },
    ],
  ])('%s', async (_, operation, input) => {
    const { ours, theirs } = await fromBoth(operation, input as never)

    expect(ours).toStrictEqual(theirs)
  })

  test('a deletion', async () => {
    const input = { TableName, Key, ReturnValues: 'ALL_OLD' as const }
    const ours = await direct.send('DeleteItem', input, signal)
    await sdk.send('PutItem', { TableName, Item }, signal)

    expect(withoutIds(ours)).toStrictEqual(withoutIds(await sdk.send('DeleteItem', input, signal)))
    expect(ours.Attributes).toStrictEqual(Item)
  })

  requiresRealDynamoDB('a statement that fails beside one that does not', async () => {
    const insert = (par: string) => ({
      Statement: `INSERT INTO "${TableName}" VALUE {'par': ?}`,
      Parameters: [{ S: par }],
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    })
    const ours = await direct.send('BatchExecuteStatement', { Statements: [insert(id), insert('new-1')] }, signal)
    const theirs = await sdk.send('BatchExecuteStatement', { Statements: [insert(id), insert('new-2')] }, signal)

    expect(withoutIds(ours)).toStrictEqual(withoutIds(theirs))
    expect(ours.Responses?.[0]?.Error?.Code).toBe('DuplicateItem')
  })

  describe('and so are the errors', () => {
    const facts = (error: unknown) => {
      const { $response, $metadata, ...rest } = error as Error & {
        $response?: unknown
        $metadata: { attempts: number }
      }
      const { httpStatusCode, attempts } = $metadata as { httpStatusCode?: number; attempts?: number }
      const { name, message } = error as Error
      return { ...rest, name, message, httpStatusCode, attempts }
    }
    const fail = async (operation: OperationName, input: object) => {
      const [ours, theirs] = [
        await rejectionOf(direct.send(operation, input as never, signal)),
        await rejectionOf(sdk.send(operation, input as never, signal)),
      ]
      expect(facts(ours)).toEqual(facts(theirs))
      expect((ours as object).constructor).toBe((theirs as object).constructor)
      return ours
    }
    const putIfAbsent = { TableName, Item, ConditionExpression: 'attribute_not_exists(par)' }

    test('a missing table', async () => {
      expect(await fail('GetItem', { TableName: 'no-such-table', Key })).toHaveProperty(
        'name',
        'ResourceNotFoundException',
      )
    })

    test('an invalid request', async () => {
      expect(await fail('GetItem', { TableName, Key: { wrong: { S: 'x' } } })).toHaveProperty(
        'name',
        'ValidationException',
      )
    })

    requiresRealDynamoDB('a conflict, with the item that is stored', async () => {
      const error = await fail('PutItem', { ...putIfAbsent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })

      expect(error).toMatchObject({ name: 'ConditionalCheckFailedException', Item })
    })

    requiresRealDynamoDB('a cancelled transaction, with its reasons', async () => {
      const Put = { ...putIfAbsent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
      const other = { Put: { TableName, Item: { par: { S: 'other' } } } }
      const error = await fail('TransactWriteItems', { TransactItems: [{ Put }, other] })

      expect(error).toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }, { Code: 'None' }],
      })
    })
  })
})
