import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { type PersistenceEngine, persistenceEngine } from '@dynact/persistence'
import { createSnapshotTable, deleteSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { eventAdapterBehaviours } from '../../../tools/test-support/event-adapter-behaviours.js'
import { eventSourcedBehaviours } from '../../../tools/test-support/event-sourced-behaviours.js'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { persistentActorBehaviours } from '../../../tools/test-support/persistent-actor-behaviours.js'
import { recoveryBehaviours } from '../../../tools/test-support/recovery-behaviours.js'

const client = new DynamoDBClient(testClientConfig())
/** 10,000 actors recover here, perhaps on a busy machine. */
const retry = { attemptMs: 20_000, totalMs: 60_000 }
const journalConfig = { client, table: uniqueTableName('journal'), retry }
const snapshotConfig = { client, table: uniqueTableName('snapshot'), retry }
let engine: PersistenceEngine

beforeAll(async () => {
  await createJournalTable(client, journalConfig)
  await createSnapshotTable(client, snapshotConfig)
  engine = persistenceEngine({
    journal: dynamoDBJournal(journalConfig),
    snapshotStore: dynamoDBSnapshotStore(snapshotConfig),
  })
})

afterAll(async () => {
  await deleteJournalTable(client, journalConfig)
  await deleteSnapshotTable(client, snapshotConfig)
  client.destroy()
})

const onDynamoDB = { makeEngine: () => engine }

persistentActorBehaviours('DynamoDB', onDynamoDB)
eventSourcedBehaviours('DynamoDB', onDynamoDB)
eventAdapterBehaviours('DynamoDB', onDynamoDB)
recoveryBehaviours('DynamoDB', onDynamoDB)
