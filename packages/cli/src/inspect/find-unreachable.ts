import {
  Attributes,
  PARTITION_SIZE,
  parsePartitionKey,
  partitionKey,
  type RequestOptions,
  type Requests,
} from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import type { Finding } from './finding.js'
import { scanPages } from './scan-pages.js'

/**
 * Looks through the whole table for events that no reader finds, because they lie behind an empty hundred and no mark leads there.
 * Reads the table once, and one item more for every hundred; where the hundred before is empty, the marks are asked.
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
    ProjectionExpression: '#par, #num',
    ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
  }
  let before: string | undefined
  let count = 0
  for await (const { items } of scanPages(requests, input, options)) {
    count += items.length
    onPage(count)
    for (const item of items) {
      const par = item[Attributes.PAR]?.S ?? ''
      if (par === before) continue
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
  const { Items = [] } = await requests.send(
    'Query',
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par',
      ExpressionAttributeNames: { '#par': Attributes.PAR },
      ExpressionAttributeValues: { ':par': { S: partitionKey(config, persistenceId, partitionNr) } },
      ProjectionExpression: '#par',
      ConsistentRead: true,
      Limit: 1,
    },
    options,
  )
  return Items.length === 0
}
