import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, spawnEventSourced } from '@dynact/persistence'
import { createSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { query, type Ref, start } from 'nact'
import { type Answer, type CartCommand, type CartRequest, cart } from './cart.js'
import { writeAsVersion1 } from './version-1.js'

// In production: const client = new DynamoDBClient()
const dynamodb = await startEmbeddedDynamoDB({ path: '.dynact' })
const client = dynamodb.client()
await createJournalTable(client)
await createSnapshotTable(client)
const journal = dynamoDBJournal({ client })
const snapshotStore = dynamoDBSnapshotStore({ client })

const behavior = cart('ada')
if ((await journal.readHighestSequenceNr(behavior.persistenceId)) === 0)
  await writeAsVersion1(journal, behavior.persistenceId)

const engine = persistenceEngine({ journal, snapshotStore })
const system = start(configurePersistence(engine))
const ada = spawnEventSourced(system, {
  ...behavior,
  onRecoveryCompleted: ({ lines }, ctx) => {
    console.log(
      `Recovered ${lines.size} lines from snapshot ${ctx.snapshotSequenceNr} and events to ${ctx.sequenceNr}.`,
    )
  },
})

const tell = async (what: string, request: CartRequest) => {
  const answer: Answer = await query(ada, (replyTo: Ref<Answer>): CartCommand => ({ ...request, replyTo }), 10_000)
  console.log(
    `${what.padEnd(24)} ${'refused' in answer ? answer.refused.split('\n')[0] : `total ${answer.cents / 100}`}`,
  )
}

await tell('so far', { type: 'total' })
await tell('two lamps at 19.90', { type: 'add', sku: 'lamp', quantity: 2, cents: 1990 })
await tell('a book at 12', { type: 'add', sku: 'book', quantity: 1, cents: 1200 })
await tell('half a chair', { type: 'add', sku: 'chair', quantity: 0.5, cents: 9900 })
await tell('no pen after all', { type: 'remove', sku: 'pen' })
await tell('check out', { type: 'check-out', now: new Date() })
await tell('one more lamp', { type: 'add', sku: 'lamp', quantity: 1, cents: 1990 })

await engine.settled() // Snapshots are saved beside the commands: before the stores are closed, that of the check-out must be.
await snapshotStore.close()
await journal.close()
await dynamodb.stop()
