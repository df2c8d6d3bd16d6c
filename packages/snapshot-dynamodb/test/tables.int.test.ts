import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConfigError } from '@dynact/persistence'
import {
  createSnapshotTable,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
  snapshotTableDefinition,
} from '@dynact/snapshot-dynamodb'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { freshId } from './snapshot-fixture.js'

const client = new DynamoDBClient(testClientConfig())
const created: string[] = []
const tableName = (): string => {
  const name = uniqueTableName('snapshot-tables')
  created.push(name)
  return name
}
afterAll(async () => {
  await Promise.all(created.map((table) => deleteSnapshotTable(client, { table })))
  client.destroy()
})

test('a table that was created takes and gives snapshots, and creating it again keeps them', async () => {
  const [table, persistenceId] = [tableName(), freshId()]
  await createSnapshotTable(client, { table })
  const store = dynamoDBSnapshotStore({ client, table })
  await store.saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 1 }, 'state')

  await createSnapshotTable(client, { table })

  expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe('state')
  await store.close()
})

test('several processes that create it at once all find it done', async () => {
  const table = tableName()

  const results = await Promise.allSettled(Array.from({ length: 4 }, () => createSnapshotTable(client, { table })))

  expect(results.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'))
})

test('a table of another shape is refused', async () => {
  const table = tableName()
  const { LocalSecondaryIndexes: _, ...withoutIndex } = snapshotTableDefinition({ table })
  const AttributeDefinitions = withoutIndex.AttributeDefinitions?.filter(({ AttributeName }) => AttributeName !== 'ts')
  await client.send(new CreateTableCommand({ ...withoutIndex, AttributeDefinitions }))

  await expect(createSnapshotTable(client, { table })).rejects.toThrow(ConfigError)
})

test('deleting takes the table away, and no table is no error', async () => {
  const table = tableName()
  await createSnapshotTable(client, { table })

  await deleteSnapshotTable(client, { table })
  await deleteSnapshotTable(client, { table })

  await expect(client.send(new DescribeTableCommand({ TableName: table }))).rejects.toThrow(
    expect.objectContaining({ name: 'ResourceNotFoundException' }),
  )
})
