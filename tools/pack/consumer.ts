// A user's program in small. The pack test compiles and runs it as .mts (import) and as .cts (require).
import { deepEqual, equal } from 'node:assert/strict'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, spawnPersistent, WriteRejectedError } from '@dynact/persistence'
import { createSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { dispatch, query, type Ref, start, stop } from 'nact'

type Message = { add: number } | { total: Ref<number> }

/** Adds what it is asked to, in a new actor system, and returns the total, which earlier systems have left. */
async function addInNewSystem(client: DynamoDBClient, ...numbers: number[]): Promise<number> {
  const journal = dynamoDBJournal({ client })
  const snapshotStore = dynamoDBSnapshotStore({ client })
  const system = start(configurePersistence(persistenceEngine({ journal, snapshotStore })))
  const adder = spawnPersistent(
    system,
    async (total: number, message: Message, ctx) => {
      if ('total' in message) {
        dispatch(message.total, total)
        return total
      }
      if (!ctx.recovering) await ctx.persist(message)
      return total + message.add
    },
    'adder-1',
    'adder',
    { initialState: 0, snapshotEvery: 2 },
  )
  for (const add of numbers) dispatch(adder, { add })
  const total = await query(adder, (reply: Ref<number>): Message => ({ total: reply }), 20_000)
  stop(system)
  await journal.close()
  await snapshotStore.close()
  return total
}

async function main(): Promise<void> {
  const dynamodb = await startEmbeddedDynamoDB()
  const client = dynamodb.client()
  equal(client instanceof DynamoDBClient, true)
  await createJournalTable(client)
  await createSnapshotTable(client)

  equal(await addInNewSystem(client, 1, 2, 3), 6)
  equal(await addInNewSystem(client, 4), 10)

  const payloads: unknown[] = []
  const journal = dynamoDBJournal({ client })
  for await (const event of journal.replayEvents('adder-1')) payloads.push(event.payload)
  deepEqual(payloads, [{ add: 1 }, { add: 2 }, { add: 3 }, { add: 4 }])
  const nothing = journal.writeEvents({ persistenceId: 'adder-1', events: [] })
  equal(await nothing.catch((error: unknown) => error instanceof WriteRejectedError), true)

  await journal.close()
  await dynamodb.stop()
}

main().then(
  () => console.log('done'),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
