import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { persistenceEngine } from '@dynact/persistence'
import { createSnapshotTable, deleteSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { testClientConfig, testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { nactBehaviours } from '../../../tools/test-support/nact-behaviours.js'

const client = new DynamoDBClient(testClientConfig())
const journalConfig = { client, transport: testTransport, table: uniqueTableName('journal') }
const snapshotConfig = { client, transport: testTransport, table: uniqueTableName('snapshot') }

afterAll(async () => {
  await deleteJournalTable(client, journalConfig)
  await deleteSnapshotTable(client, snapshotConfig)
  client.destroy()
})

nactBehaviours('DynamoDB', {
  makeEngine: async () => {
    await createJournalTable(client, journalConfig)
    await createSnapshotTable(client, snapshotConfig)
    return persistenceEngine({
      journal: dynamoDBJournal(journalConfig),
      snapshotStore: dynamoDBSnapshotStore(snapshotConfig),
    })
  },
})
