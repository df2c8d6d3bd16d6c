import { equal } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'

// @example startEmbeddedDynamoDB
const journal = dynamoDBJournal({ client: dynamodb.client() })
equal(await journal.readHighestSequenceNr('order-7'), 0)
await journal.close()
equal(existsSync('.dynact'), true)
