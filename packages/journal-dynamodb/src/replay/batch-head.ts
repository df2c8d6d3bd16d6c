import {
  Attributes,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  queryPages,
  type RequestOptions,
  readable,
  readJournalItem,
  type StoredEvent,
} from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { follows } from './atomic-write-assembler.js'

/**
 * The lowest sequence number from which on an atomic write is stored without a gap, down from one of its events: read
 * downwards, so that damage is noticed after one item, however large the write claims to be.
 */
export const readHeadDownFrom = async (
  { config, requests, goesOnWithout }: JournalContext,
  persistenceId: string,
  event: StoredEvent,
  options: RequestOptions,
): Promise<number> => {
  const start = event.sequenceNr - event.index
  let lowest = event
  while (lowest.sequenceNr > start) {
    const partitionNr = partitionOf(lowest.sequenceNr - 1)
    const pages = queryPages(
      requests,
      {
        TableName: config.table,
        KeyConditionExpression: '#par = :par AND #num BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
        ExpressionAttributeValues: {
          ':par': { S: partitionKey(config, persistenceId, partitionNr) },
          ':from': { N: String(Math.max(0, start - partitionNr * PARTITION_SIZE)) },
          ':to': { N: String((lowest.sequenceNr - 1) % PARTITION_SIZE) },
        },
        ConsistentRead: true,
        ScanIndexForward: false,
      },
      options,
    )
    const before = lowest
    for await (const items of pages) {
      for (const item of items) {
        const read = () => readJournalItem(item, config.table, persistenceId, partitionNr)
        const earlier = readable(read, goesOnWithout)?.at(-1)
        if (earlier === undefined || !follows(earlier, lowest)) return lowest.sequenceNr
        lowest = earlier
      }
    }
    if (lowest === before || lowest.sequenceNr % PARTITION_SIZE > 0) break
  }
  return lowest.sequenceNr
}
