import {
  Attributes,
  type Item,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  queryPages,
  type RequestOptions,
  type Requests,
} from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'

/** What {@link readHundred} reads with. */
export interface HundredContext {
  readonly journal: Pick<DynamoDBJournal, 'config'>
  readonly requests: Requests
  readonly signal: AbortSignal
}

/** The items of an id from one number to another (both inclusive) of the same hundred, as they are stored; none if `from > to`. */
export const readHundred = async (
  { journal: { config }, requests, signal }: HundredContext,
  persistenceId: string,
  from: number,
  to: number,
): Promise<Item[]> => {
  if (from > to) return []
  const options: RequestOptions = {
    signal,
    priority: 'feed',
    purpose: `${persistenceId}: reading events`,
    persistenceId,
  }
  const input = {
    TableName: config.table,
    KeyConditionExpression: '#par = :par AND #num BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
    ExpressionAttributeValues: {
      ':par': { S: partitionKey(config, persistenceId, partitionOf(from)) },
      ':from': { N: String(from % PARTITION_SIZE) },
      ':to': { N: String(to % PARTITION_SIZE) },
    },
    ConsistentRead: true,
  }
  const items: Item[] = []
  for await (const page of queryPages(requests, input, options)) items.push(...page)
  return items
}
