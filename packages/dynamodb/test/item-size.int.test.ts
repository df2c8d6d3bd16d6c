import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, type Item, itemSize, MAX_ITEM_BYTES, snapshotItem } from '@dynact/dynamodb'
import fc from 'fast-check'
import { requiresRealDynamoDB, testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { items } from './item-arbitraries.js'

const client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 1 })
const TableName = uniqueTableName('item-size')

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
  await client.send(new DeleteTableCommand({ TableName }))
  client.destroy()
})

/** The item with a binary attribute that brings it to a size. */
const padded = (item: Item, size: number): Item => {
  const unpadded = { ...item, padding: { B: new Uint8Array(0) } }
  return { ...unpadded, padding: { B: new Uint8Array(size - itemSize(unpadded)) } }
}

const isAccepted = async (Item: Item): Promise<boolean> => {
  try {
    await client.send(new PutItemCommand({ TableName, Item }))
    return true
  } catch (error) {
    if (error instanceof Error && /item size/i.test(error.message)) return false
    throw error
  }
}

const key = { par: { S: 'orders-7' } }
const config = { journalName: 'journal', sequenceShards: 10 }
const payload = { serializerId: 1100, serializerManifest: 'Order', bytes: new Uint8Array(10) }
const event = {
  persistenceId: 'Bestellung-ü',
  sequenceNr: 120,
  payload: undefined,
  manifest: 'v2',
  writerUuid: '0b9c6f0e-9d2f-4c0e-8a53-5f8b4a0c6f11',
  timestamp: 1_700_000_000_000.12,
  tags: ['grün', 'b'],
  deleted: true,
}

describe('an item of 409,600 bytes by our count is accepted, and one of 409,601 refused', () => {
  const shapes: [string, Item][] = [
    ['only text', { ...key, text: { S: 'ü😀'.repeat(1_000) } }],
    ['names outside ASCII', { ...key, größe: { S: 'x' }, '😀': { BOOL: true } }],
    ['whole numbers', { ...key, n: { L: ['0', '1', '99', '100', '120', '12000', '-7', '-1230'].map((N) => ({ N })) } }],
    [
      'fractions',
      { ...key, n: { L: ['1.5', '0.05', '0.123', '-10.5', '1e50', '1.5e-20', '2.50'].map((N) => ({ N })) } },
    ],
    ['numbers of 38 digits', { ...key, n: { NS: [`-${'9'.repeat(38)}`, '1'.repeat(38)] } }],
    [
      'sets',
      {
        ...key,
        a: { SS: ['', 'ü', 'abc'] },
        b: { NS: ['1', '120', '-3'] },
        c: { BS: [new Uint8Array(3), new Uint8Array(0)] },
      },
    ],
    ['lists and maps', { ...key, a: { L: [{ L: [] }, { M: {} }, { M: { x: { L: [{ NULL: true }] } } }] } }],
    ['an event', { ...eventItem(config, event, payload, { index: 7, lastIndex: 120 }) }],
    ['a snapshot', snapshotItem('journal', event, payload)],
  ]

  for (const [name, item] of shapes) {
    requiresRealDynamoDB(name, async () => {
      expect(await isAccepted(padded(item, MAX_ITEM_BYTES))).toBe(true)
      expect(await isAccepted(padded(item, MAX_ITEM_BYTES + 1))).toBe(false)
    })
  }

  requiresRealDynamoDB(
    'any other shape',
    async () => {
      await fc.assert(
        fc.asyncProperty(items, async (item) => {
          fc.pre(!('padding' in item))
          const one = { ...item, ...key }

          expect(await isAccepted(padded(one, MAX_ITEM_BYTES))).toBe(true)
          expect(await isAccepted(padded(one, MAX_ITEM_BYTES + 1))).toBe(false)
        }),
        { numRuns: 40 },
      )
    },
    60_000,
  )
})
