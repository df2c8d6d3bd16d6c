import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  createJournalTable,
  deleteJournalTable,
  dynamoDBJournal,
  journalTableDefinition,
} from '@dynact/journal-dynamodb'
import { ConfigError } from '@dynact/persistence'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { freshId, replayed, write } from './journal-fixture.js'

const client = new DynamoDBClient(testClientConfig())
const created: string[] = []
const tableName = (): string => {
  const name = uniqueTableName('journal-tables')
  created.push(name)
  return name
}
afterAll(async () => {
  await Promise.all(created.map((table) => deleteJournalTable(client, { table })))
  client.destroy()
})

test('a table that was created takes and gives events', async () => {
  const [table, id] = [tableName(), freshId()]
  await createJournalTable(client, { table })
  const journal = dynamoDBJournal({ client, table })

  await journal.writeEvents(write(id, 1, 3))

  expect(await replayed(journal, id)).toEqual({ sequenceNrs: [1, 2, 3], highest: 3 })
  await journal.close()
})

test('creating it again keeps its events', async () => {
  const [table, id] = [tableName(), freshId()]
  const journal = dynamoDBJournal({ client, table })
  await createJournalTable(client, { table })
  await journal.writeEvents(write(id, 1))

  await createJournalTable(client, { table })

  expect((await replayed(journal, id)).sequenceNrs).toEqual([1])
  await journal.close()
})

test('several processes that create it at once all find it done', async () => {
  const table = tableName()

  const results = await Promise.allSettled(Array.from({ length: 4 }, () => createJournalTable(client, { table })))

  expect(results.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'))
})

test('a table with the index that lists ids takes events too, and one without it is refused where it is asked for', async () => {
  const [plain, indexed, id] = [tableName(), tableName(), freshId()]
  await createJournalTable(client, { table: plain })

  await createJournalTable(client, { table: indexed, persistenceIdsIndex: true })
  const journal = dynamoDBJournal({ client, table: indexed })
  await journal.writeEvents(write(id, 99, 101))

  expect((await replayed(journal, id, { fromSequenceNr: 99 })).sequenceNrs).toEqual([99, 100, 101])
  await expect(createJournalTable(client, { table: plain, persistenceIdsIndex: true })).rejects.toThrow(ConfigError)
  await expect(createJournalTable(client, { table: indexed })).resolves.toBeUndefined()
  await journal.close()
})

test('a table gets the feed index that is asked for, and one without it or with another is refused', async () => {
  const [plain, keys, all] = [tableName(), tableName(), tableName()]
  const projection = 'all'
  await createJournalTable(client, { table: plain })
  await createJournalTable(client, { table: keys, queries: {}, persistenceIdsIndex: true })
  await createJournalTable(client, { table: all, queries: { projection } })

  await expect(createJournalTable(client, { table: plain, queries: {} })).rejects.toThrow(
    /feed-idx of table .* is not there. Create it: aws dynamodb update-table --table-name .* --global-secondary-index-updates/,
  )
  await expect(createJournalTable(client, { table: keys, queries: { projection } })).rejects.toThrow(
    /projects tags, idx, cnt, n, where dynact needs ALL/,
  )
  // What has more than is needed will do.
  await expect(createJournalTable(client, { table: all, queries: {} })).resolves.toBeUndefined()
  await expect(createJournalTable(client, { table: keys })).resolves.toBeUndefined()
})

test('infrastructure code can create the table from its definition', () => {
  expect(journalTableDefinition({ table: 'events' })).toEqual({
    TableName: 'events',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'par', AttributeType: 'S' },
      { AttributeName: 'num', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'par', KeyType: 'HASH' },
      { AttributeName: 'num', KeyType: 'RANGE' },
    ],
  })
})

test('deleting takes the table away, and no table is no error', async () => {
  const table = tableName()
  await createJournalTable(client, { table })

  await deleteJournalTable(client, { table })
  await deleteJournalTable(client, { table })

  await expect(client.send(new DescribeTableCommand({ TableName: table }))).rejects.toThrow(
    expect.objectContaining({ name: 'ResourceNotFoundException' }),
  )
})
