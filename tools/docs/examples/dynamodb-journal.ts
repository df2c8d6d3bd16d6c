import { equal } from 'node:assert/strict'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'

const client = new DynamoDBClient()
await createJournalTable(client)
// @example dynamoDBJournal
equal(await journal.readHighestSequenceNr('order-7'), 0)
await journal.close()
client.destroy()
