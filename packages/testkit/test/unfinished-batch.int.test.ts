// An actor's last life died in the middle of a batch, and what it had on the way comes late.
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventItem } from '@dynact/dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { persistenceEngine } from '@dynact/persistence'
import { inMemorySnapshotStore } from '@dynact/testkit'
import { actorHarness, until } from '../../../tools/test-support/actor-harness.js'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'

const client = new DynamoDBClient(testClientConfig())
const config = { client, table: uniqueTableName('journal'), retry: { attemptMs: 20_000, totalMs: 60_000 } }
beforeAll(() => createJournalTable(client, config))
afterAll(async () => {
  await deleteJournalTable(client, config)
  client.destroy()
})

test('a snapshot before the next write does not hide the holes of its batch from the life after', async () => {
  const snapshotStore = inMemorySnapshotStore()
  const life = (id?: string) =>
    actorHarness(persistenceEngine({ journal: dynamoDBJournal(config), snapshotStore }), id === undefined ? {} : { id })
  const first = life()
  await first.write(1, 'a')
  await first.write(2, 'b')
  /** Of the batch 3 to 4. */
  const put = async (sequenceNr: number) => {
    const repr = { persistenceId: first.id, sequenceNr, payload: 'late', manifest: '', timestamp: 0, tags: [] }
    const bytes = new TextEncoder().encode('late')
    const Item = eventItem(
      { journalName: 'journal', sequenceShards: 10 },
      { ...repr, writerUuid: 'dead' },
      { serializerId: 20, serializerManifest: '', bytes },
      { index: sequenceNr - 3, lastIndex: 1 },
    )
    const ConditionExpression = 'attribute_not_exists(par)'
    await client.send(new PutItemCommand({ TableName: config.table, Item, ConditionExpression }))
  }
  await put(4)

  const second = life(first.id)
  second.spawnAppending({ snapshotEvery: 2 })
  await until(async () => (await second.snapshots()).length > 0)
  second.stopAll()
  const third = life(first.id)
  expect(await third.ask(third.spawnAppending(), 'c')).toBe('abc')

  await expect(put(3)).rejects.toThrow('conditional request failed')
  expect((await life(first.id).stored()).map(({ sequenceNr }) => sequenceNr)).toEqual([1, 2, 5])
  for (const each of [first, second, third]) each.stopAll()
})
