import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, type Item, inFeed, itemSize } from '@dynact/dynamodb'
import { createJournalTable, deleteJournalTable, type JournalTableConfig } from '@dynact/journal-dynamodb'
import { describeOnRealDynamoDB, uniqueTableName } from '../../../tools/test-support/index.js'
import { observedClient } from '../../../tools/test-support/observed-client.js'

// The table of costs in docs/queries.md, as DynamoDB Local measures it and as DynamoDB's billing rules say.

const observed = observedClient()
const tables: string[] = []
beforeAll(() => observed.start())
afterAll(async () => {
  await Promise.all(tables.map((table) => deleteJournalTable(observed.client, { table })))
  await observed.stop()
})

const keys = { journalName: 'journal', sequenceShards: 10 }

const itemOf = (payloadBytes: number): Item =>
  eventItem(
    keys,
    {
      persistenceId: 'order|7',
      sequenceNr: 12,
      payload: '',
      manifest: '',
      writerUuid: '6f7e2bd5-5ac7-4d8c-9d2f-3a5ce66ef3c1',
      timestamp: 1_767_225_600_000,
      tags: ['shipped'],
    },
    { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(payloadBytes) },
    { index: 0, lastIndex: 0 },
  )

/** Write units of the table and of its index. */
const unitsOf = async (client: DynamoDBClient, config: JournalTableConfig, item: Item): Promise<[number, number]> => {
  const table = uniqueTableName('cost')
  tables.push(table)
  await createJournalTable(client, { ...config, table })
  const { ConsumedCapacity } = await client.send(
    new PutItemCommand({ TableName: table, Item: item, ReturnConsumedCapacity: 'INDEXES' }),
  )
  const index = Object.values(ConsumedCapacity?.GlobalSecondaryIndexes ?? {})
  return [
    ConsumedCapacity?.Table?.CapacityUnits ?? 0,
    index.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
  ]
}

const units = (bytes: number): number => Math.ceil(bytes / 1024)

describeOnRealDynamoDB('the write units of an event', () => {
  test.each([200, 700, 3_000])('of %d bytes', async (payloadBytes) => {
    const item = itemOf(payloadBytes)
    const fed = inFeed({ journalName: 'journal', shards: 32 }, 'order|7', item)
    const { client } = observed

    expect(await unitsOf(client, {}, item)).toEqual([units(itemSize(item)), 0])
    expect(await unitsOf(client, { queries: {} }, fed)).toEqual([units(itemSize(fed)), 1])
    expect(await unitsOf(client, { queries: { projection: 'all' } }, fed)).toEqual([
      units(itemSize(fed)),
      units(itemSize(fed)),
    ])
    // What other writers store stays out of the index, and costs nothing there.
    expect(await unitsOf(client, { queries: {} }, item)).toEqual([units(itemSize(item)), 0])
  })

  test('two attributes more take so many bytes', () => {
    const item = itemOf(200)

    expect(itemSize(inFeed({ journalName: 'journal', shards: 32 }, 'order|7', item)) - itemSize(item)).toBeLessThan(32)
  })
})
