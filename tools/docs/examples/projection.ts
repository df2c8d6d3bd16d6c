// local

import { equal } from 'node:assert/strict'
import { CreateTableCommand, DynamoDBClient, GetItemCommand, type Update } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import {
  createOffsetTable,
  dynamoDBOffsetStore,
  dynamoDBReadJournal,
  eventsByTagSource,
  projection,
} from '@dynact/query-dynamodb'

const client = new DynamoDBClient()
const queries = {}
await createJournalTable(client, { queries })
await createOffsetTable(client)
await client.send(
  new CreateTableCommand({
    TableName: 'orders-by-day',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'day', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
  }),
)
const journal = dynamoDBJournal({ client, queries })
const readJournal = dynamoDBReadJournal({ client, queries })
const event = { sequenceNr: 1, manifest: '', timestamp: Date.now(), tags: ['order'], writerUuid: 'a' }
await journal.writeEvents({
  persistenceId: 'order-7',
  events: [{ ...event, persistenceId: 'order-7', payload: { day: '2026-01-31' } }],
})

interface OrderEvent {
  readonly day: string
}
const countOf = ({ day }: OrderEvent): Update => {
  setImmediate(() => process.emit('SIGTERM'))
  return {
    TableName: 'orders-by-day',
    Key: { day: { S: day } },
    UpdateExpression: 'ADD orders :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  }
}
// @example projection
const { Item } = await client.send(
  new GetItemCommand({ TableName: 'orders-by-day', Key: { day: { S: '2026-01-31' } } }),
)
equal(Item?.['orders']?.N, '1')
await readJournal.close()
await journal.close()
client.destroy()
