import { equal, rejects } from 'node:assert/strict'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import type { Journal, TimestampOffset } from '@dynact/persistence'
import { dynamoDBReadJournal } from '@dynact/query-dynamodb'
import { inMemoryJournal, inMemoryReadJournal } from '@dynact/testkit'

/** The queries are live ones, and end with this. */
class Handled extends Error {}
const handle = async (event: unknown, { seen }: TimestampOffset): Promise<void> => {
  equal(event, 'parcel 7')
  equal(seen['order-7'], 1)
  throw new Handled()
}
const ship = async (journal: Journal) => {
  const event = { sequenceNr: 1, payload: 'parcel 7', manifest: '', timestamp: Date.now(), tags: ['shipped'] }
  const persistenceId = 'order-7'
  await journal.writeEvents({ persistenceId, events: [{ ...event, persistenceId, writerUuid: 'a' }] })
}

const client = new DynamoDBClient()
await createJournalTable(client, { queries: {} })
await rejects(async () => {
  setImmediate(() => void ship(journal))
  // @example dynamoDBReadJournal
}, Handled)
await rejects(async () => {
  setImmediate(() => void ship(journal))
  // @example inMemoryReadJournal
}, Handled)
client.destroy()
