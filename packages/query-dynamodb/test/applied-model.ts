import { BatchGetItemCommand, type DynamoDBClient, type TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable } from '@dynact/dynamodb'
import { uniqueTableName } from '../../../tools/test-support/index.js'

/** What a projection applies to an id. */
export interface Applied {
  readonly persistenceId: string
  readonly value: number
}

/**
 * A table with a list for each projection and id, of what was applied to it: twice, not at all or in another order, and the list is
 * wrong for good.
 */
export class AppliedModel {
  readonly table = uniqueTableName('model')

  async create(client: DynamoDBClient): Promise<void> {
    await createTable(client, {
      TableName: this.table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    })
  }

  async remove(client: DynamoDBClient): Promise<void> {
    await deleteTable(client, this.table)
  }

  /** One write for each id, since a transaction takes an item only once. */
  writes(projection: string, applied: readonly Applied[]): TransactWriteItem[] {
    return [...new Set(applied.map(({ persistenceId }) => persistenceId))].map((id) => ({
      Update: {
        TableName: this.table,
        Key: keyOf(projection, id),
        UpdateExpression: 'SET applied = list_append(if_not_exists(applied, :none), :values)',
        ExpressionAttributeValues: {
          ':none': { L: [] },
          ':values': {
            L: applied.filter(({ persistenceId }) => persistenceId === id).map(({ value }) => ({ N: String(value) })),
          },
        },
      },
    }))
  }

  /** What was applied to each of some ids, in that order. */
  async read(client: DynamoDBClient, projection: string, ids: readonly string[]): Promise<number[][]> {
    const Keys = ids.map((id) => keyOf(projection, id))
    const command = new BatchGetItemCommand({ RequestItems: { [this.table]: { Keys, ConsistentRead: true } } })
    const items = (await client.send(command)).Responses?.[this.table] ?? []
    return Keys.map((key) => {
      const item = items.find(({ id }) => id?.S === key.id.S)
      return (item?.['applied']?.L ?? []).map(({ N }) => Number(N))
    })
  }
}

const keyOf = (projection: string, id: string) => ({ id: { S: `${projection}/${id}` } })
