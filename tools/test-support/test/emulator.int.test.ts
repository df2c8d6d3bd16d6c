import { DynamoDBClient, ExecuteStatementCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { onRealDynamoDB, requiresRealDynamoDB, testClientConfig } from '../index.js'

const client = new DynamoDBClient(testClientConfig())
afterAll(() => client.destroy())

test('the emulator of this run answers', async () => {
  const { TableNames } = await client.send(new ListTablesCommand({}))

  expect(TableNames).toBeInstanceOf(Array)
})

test('CI runs on the real DynamoDB Local', () => {
  expect(onRealDynamoDB || !process.env['CI']).toBe(true)
})

requiresRealDynamoDB('PartiQL is there', async () => {
  const unknownTable = client.send(new ExecuteStatementCommand({ Statement: `SELECT * FROM "none"` }))

  await expect(unknownTable).rejects.toThrow('non-existent table')
})
