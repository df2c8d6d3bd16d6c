// @ts-check
// @castore/event-storage-adapter-dynamodb on a table of its own.
import { randomUUID } from 'node:crypto'
import { CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import castore from '@castore/event-storage-adapter-dynamodb'

const STORE = { eventStoreId: 'bench' }

/**
 * Lets `work` use an adapter, and deletes its table.
 * @template T
 * @param {import('../framework/lab.js').Endpoint} endpoint where the table is made
 * @param {import('@aws-sdk/client-dynamodb').DynamoDBClient} client what the adapter works with
 * @param {(castore: { push(id: string, version: number, payload: string): Promise<unknown>, read(id: string): Promise<number>, table: string }) => Promise<T>} work
 */
export const withCastore = async (endpoint, client, work) => {
  const table = `bench-castore-${randomUUID()}`
  await endpoint.client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'aggregateId', AttributeType: 'S' },
        { AttributeName: 'version', AttributeType: 'N' },
        { AttributeName: 'eventStoreId', AttributeType: 'S' },
        { AttributeName: 'timestamp', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'aggregateId', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'initialEvents',
          KeySchema: [
            { AttributeName: 'eventStoreId', KeyType: 'HASH' },
            { AttributeName: 'timestamp', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  )
  await waitUntilTableExists(
    { client: endpoint.client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { TableName: table },
  )
  const adapter = new castore.DynamoDBSingleTableEventStorageAdapter({ tableName: table, dynamoDBClient: client })
  try {
    return await work({
      table,
      push: (id, version, payload) =>
        adapter.pushEvent(
          { aggregateId: id, version, type: 'ADDED', payload, timestamp: new Date().toISOString() },
          STORE,
        ),
      read: async (id) => (await adapter.getEvents(id, STORE)).events.length,
    })
  } finally {
    await endpoint.client.send(new DeleteTableCommand({ TableName: table }))
  }
}

/** The item that castore makes of an event. @param {string} id @param {number} version @param {string} payload */
export const castoreItem = (id, version, payload) => ({
  aggregateId: { S: `bench#${id}` },
  version: { N: String(version) },
  type: { S: 'ADDED' },
  timestamp: { S: new Date().toISOString() },
  payload: { S: payload },
  ...(version === 1 && { eventStoreId: { S: 'bench' } }),
})
