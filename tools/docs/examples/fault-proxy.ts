import { equal } from 'node:assert/strict'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { fates, randomFaults, startEmbeddedDynamoDB, startFaultProxy } from '@dynact/testkit'

await using dynamodb = await startEmbeddedDynamoDB()
await createJournalTable(dynamodb.client())
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }

{
  // @example startFaultProxy
  equal(await journal.readHighestSequenceNr('order-7'), 0)
  await journal.close()
  equal(proxy.counts.requests > 0, true)
}
{
  await using proxy = await startFaultProxy({ target: dynamodb.endpoint })
  // @example randomFaults
  const journal = dynamoDBJournal({ clientConfig: { endpoint: proxy.endpoint, region: 'any', credentials } })
  equal(await journal.readHighestSequenceNr('order-7'), 0)
  await journal.close()
  equal(proxy.counts.requests > 0, true)
}
