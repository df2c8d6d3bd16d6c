import {
  Attributes,
  isExpiring,
  PARTITION_SIZE,
  parsePartitionKey,
  partitionKey,
  queryPages,
  type RequestOptions,
  type Requests,
} from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { Finding } from './finding.js'
import { scanPages } from './scan-pages.js'

/**
 * Looks through the whole table for events that no reader finds, because they lie behind an empty hundred and no mark leads there.
 * Reads the table once, and one item more for every hundred; where the hundred before is empty, the marks are asked. What is deleted,
 * and waits for DynamoDB to remove it, is not there.
 *
 * @param onPage - is told how many items have been looked at.
 */
export async function* findUnreachable(
  journal: DynamoDBJournal,
  requests: Requests,
  signal: AbortSignal,
  onPage: (items: number) => void,
): AsyncGenerator<Finding, void> {
  const { table, journalName } = journal.config
  const options: RequestOptions = { signal, priority: 'feed', purpose: `table ${table}: looking for lost events` }
  const input = {
    TableName: table,
    ProjectionExpression: '#par, #num, #expiry',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM, '#expiry': Attributes.EXPIRY },
  }
  let before: string | undefined
  let count = 0
  for await (const { items } of scanPages(requests, input, options)) {
    count += items.length
    onPage(count)
    for (const item of items) {
      const par = item[Attributes.PAR]?.S ?? ''
      if (par === before || isExpiring(item)) continue
      before = par
      const hundred = parsePartitionKey(journalName, par)
      if (hundred === undefined || hundred.partitionNr === 0) continue
      const { persistenceId, partitionNr } = hundred
      if (!(await isEmpty(journal, requests, persistenceId, partitionNr - 1, options))) continue
      const first = partitionNr * PARTITION_SIZE
      const reached = await journal.readHighestSequenceNr(persistenceId, first - 1, { signal, priority: 'feed' })
      if (reached >= first) continue
      const text = `events from ${first} on: every reader takes ${reached} for the end`
      yield { kind: 'unreachable', persistenceId, from: first, to: first + PARTITION_SIZE - 1, text }
    }
  }
}

const isEmpty = async (
  { config }: DynamoDBJournal,
  requests: Requests,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<boolean> => {
  const input = {
    TableName: config.table,
    KeyConditionExpression: '#par = :par',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#expiry': Attributes.EXPIRY },
    ExpressionAttributeValues: { ':par': { S: partitionKey(config, persistenceId, partitionNr) } },
    ProjectionExpression: '#par, #expiry',
    ConsistentRead: true,
  }
  const { Items: [first] = [] } = await requests.send('Query', { ...input, Limit: 1 }, options)
  if (first === undefined || !isExpiring(first)) return first === undefined
  for await (const items of queryPages(requests, input, options))
    if (items.some((item) => !isExpiring(item))) return false
  return true
}
