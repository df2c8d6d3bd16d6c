import { randomBytes } from 'node:crypto'
import { createJournalTable } from '@dynact/journal-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { runRelease } from './evolution.js'
import { forgetCustomer } from './forget.js'

const dynamodb = await startEmbeddedDynamoDB()
const client = dynamodb.client()
await createJournalTable(client)

const at = new Date('2026-01-02T03:04:05Z')
const events = [
  { cents: 500, clerk: 'Ada' },
  { cents: 2 ** 40, clerk: 'Bob', currency: 'USD' },
  { amount: 7, currency: 'CHF', at },
]
for (const [index, event] of events.entries()) {
  const history = await runRelease(index + 1, event, { client })
  console.log(`Release ${index + 1}: ${JSON.stringify(history)}`)
}

// In production the master key comes from a secret store, and is the same in all processes.
for (const line of await forgetCustomer(client, randomBytes(32))) console.log(line)

await dynamodb.stop()
