import { equal } from 'node:assert/strict'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import {
  configurePersistence,
  type PersistentContext,
  persistenceEngine,
  persistenceEngines,
  spawnPersistent,
} from '@dynact/persistence'
import { inMemoryJournal, inMemoryReadJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { type ActorSystemRef, dispatch, start, stop } from 'nact'

const client = new DynamoDBClient()
await createJournalTable(client)

/** Resolves when an actor of the system has stored an event. */
const persists = (system: ActorSystemRef) =>
  new Promise<void>((resolve) => {
    const add = async (count: number = 0, step: number, ctx: PersistentContext<number, number>) => {
      if (!ctx.recovering) await ctx.persist(step).then(resolve)
      return count + step
    }
    dispatch(spawnPersistent(system, add, 'counter-1'), 3)
  })

{
  const journal = inMemoryJournal()
  const snapshotStore = inMemorySnapshotStore()
  // @example configurePersistence
  await persists(system)
  stop(system)
  equal(await journal.readHighestSequenceNr('counter-1'), 1)
}
{
  // @example persistenceEngine
  await persists(system)
  stop(system)
  const journal = dynamoDBJournal({ client })
  equal(await journal.readHighestSequenceNr('counter-1'), 1)
  await journal.close()
}
{
  const [orderJournal, auditJournal] = [inMemoryJournal(), inMemoryJournal()]
  const [orders, audit] = [persistenceEngine({ journal: orderJournal }), persistenceEngine({ journal: auditJournal })]
  const appendEntry = async (count: number = 0, entry: string, ctx: PersistentContext<number, string>) => {
    if (!ctx.recovering) await ctx.persist(entry)
    return count + 1
  }
  // @example persistenceEngines
  dispatch(auditLog, 'logged in')
  const logged = inMemoryReadJournal(auditJournal).eventsByPersistenceId('audit-log', 1, 1)
  for await (const { event } of logged) equal(event, 'logged in')
  await persists(system)
  stop(system)
  equal(await orderJournal.readHighestSequenceNr('counter-1'), 1)
  equal(await orderJournal.readHighestSequenceNr('audit-log'), 0)
}
{
  // @example inMemoryJournal
  await persists(system)
  stop(system)
}
client.destroy()
