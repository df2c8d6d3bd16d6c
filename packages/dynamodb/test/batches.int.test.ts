import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import {
  connect,
  createTable,
  deleteItems,
  deleteTable,
  FencedInserts,
  getItems,
  journalTableSchema,
  queryPages,
} from '@dynact/dynamodb'
import { requiresRealDynamoDB, testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { observedClient, serviceError } from '../../../tools/test-support/observed-client.js'
import type { Item } from '../src/layout/item.js'
import { options } from './make-requests.js'

const table = uniqueTableName('batches')
const observed = observedClient()
const requests = connect({
  client: observed.client,
  maxConnections: 8,
  transport: testTransport,
  retry: { attemptMs: 10_000, totalMs: 20_000, baseMs: 1, maxMs: 5 },
})
const operations = () => observed.requests.map(({ operation }) => operation)

beforeAll(() => createTable(observed.client, journalTableSchema(table, false)))
afterAll(async () => {
  observed.fateOf = () => 'pass'
  await requests.close()
  await deleteTable(observed.client, table)
  observed.client.destroy()
})
beforeEach(() => {
  observed.requests.length = 0
  observed.fateOf = () => 'pass'
})

const itemOf = (par: string, num: number, payloadBytes = 1): Item => ({
  par: { S: par },
  num: { N: String(num) },
  writer_uuid: { S: 'ours' },
  event: { B: new Uint8Array(payloadBytes) },
})
const keyOf = ({ par, num }: Item): Item => ({ par, num }) as Item
const itemsOf = (par: string, count: number, payloadBytes?: number): Item[] =>
  Array.from({ length: count }, (_, num) => itemOf(par, num, payloadBytes))
const put = (items: readonly Item[]) =>
  Promise.all(items.map((item) => observed.client.send(new PutItemCommand({ TableName: table, Item: item }))))
const stored = async (par: string): Promise<Item[]> => {
  const query = {
    TableName: table,
    KeyConditionExpression: 'par = :par',
    ExpressionAttributeValues: { ':par': { S: par } },
    ConsistentRead: true,
  }
  const items: Item[] = []
  for await (const page of queryPages(requests, query, options)) items.push(...page)
  return items
}

test('getItems: items of more than 16 MiB together all come, though one answer takes no more', async () => {
  const items = itemsOf('large', 48, 380_000)
  await put(items)
  observed.requests.length = 0

  const found = await getItems(requests, table, items.map(keyOf), options)

  expect(found.map((item) => Number(item['num']?.N)).sort((a, b) => a - b)).toEqual(items.map((_, num) => num))
  expect(new Set(operations())).toEqual(new Set(['BatchGetItem']))
  expect(operations().length).toBeGreaterThan(1)
}, 30_000)

test('queryPages: items of more than 1 MiB together all come, in order', async () => {
  const items = itemsOf('pages', 10, 300_000)
  await put(items)
  observed.requests.length = 0

  const found = await stored('pages')

  expect(found.map((item) => item['num']?.N)).toEqual(items.map((item) => item['num']?.N))
  expect(operations().length).toBeGreaterThan(2)
}, 30_000)

test('deleteItems: all are gone, and those that were not there do not matter', async () => {
  await put(itemsOf('deleted', 40))

  await deleteItems(requests, table, itemsOf('deleted', 60).map(keyOf), options)

  expect(await stored('deleted')).toEqual([])
  expect(operations().filter((operation) => operation === 'BatchWriteItem')).toHaveLength(3)
})

describe('fenced inserts', () => {
  const inserts = new FencedInserts(requests, table)

  test('store every type of attribute that we write', async () => {
    const items = itemsOf('types', 2).map((item) => ({
      ...item,
      tags: { SS: ['a', 'ü'] },
      del: { BOOL: true },
      empty: { B: new Uint8Array(0) },
      evs: { L: [{ M: { e: { B: new Uint8Array([1]) }, i: { N: '4' } } }] },
    }))

    expect(await inserts.insert(items, options)).toEqual({ mayBeStored: true })

    expect(await stored('types')).toEqual(items)
  })

  test('an answer that is lost every other time: all are stored, none is taken for another writer’s', async () => {
    const items = itemsOf('lost', 60)
    observed.fateOf = ({ operation }, index) =>
      operation !== 'GetItem' && index % 2 === 0 ? { loseAnswer: serviceError('TimeoutError') } : 'pass'

    expect(await inserts.insert(items, options)).toEqual({ mayBeStored: true })

    observed.fateOf = () => 'pass'
    expect(await stored('lost')).toEqual(items)
  })

  test('another writer’s item comes back as the conflict', async () => {
    const theirs = { ...itemOf('conflict', 3), writer_uuid: { S: 'theirs' } }
    await put([theirs])

    const outcome = await inserts.insert(itemsOf('conflict', 5), options)

    expect(outcome).toEqual({ conflict: theirs, mayBeStored: true })
  })

  requiresRealDynamoDB('fill a hundred in four requests', async () => {
    await inserts.insert(itemsOf('hundred', 100), options)

    expect(await stored('hundred')).toHaveLength(100)
    expect(operations().filter((operation) => operation !== 'Query')).toEqual(Array(4).fill('BatchExecuteStatement'))
  })
})
