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

/** An event, by its place in its atomic write. */
interface Place {
  readonly sequenceNr: number
  readonly index: number
}

/**
 * The lowest sequence number from which on an atomic write is stored without a gap, up to one of its events: read
 * downwards, so that damage is noticed after one item, however large the write claims to be. One past that event where it is not there.
 */
export const readHeadDownFrom = async (
  { config, requests, goesOnWithout }: JournalContext,
  persistenceId: string,
  { sequenceNr, index }: Place,
  options: RequestOptions,
): Promise<number> => {
  const start = sequenceNr - index
  let lowest: StoredEvent | undefined
  let next = sequenceNr
  while (next >= start) {
    const partitionNr = partitionOf(next)
    const pages = queryPages(
      requests,
      {
        TableName: config.table,
        KeyConditionExpression: '#par = :par AND #num BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
        ExpressionAttributeValues: {
          ':par': { S: partitionKey(config, persistenceId, partitionNr) },
          ':from': { N: String(Math.max(0, start - partitionNr * PARTITION_SIZE)) },
          ':to': { N: String(next % PARTITION_SIZE) },
        },
        ConsistentRead: true,
        ScanIndexForward: false,
      },
      options,
    )
    for await (const items of pages) {
      for (const item of items) {
        const read = () => readJournalItem(item, config.table, persistenceId, partitionNr)
        const earlier = readable(read, goesOnWithout)?.at(-1)
        if (earlier?.sequenceNr !== next || (lowest !== undefined && !follows(earlier, lowest))) return next + 1
        lowest = earlier
        next--
      }
    }
    // Only from the beginning of a hundred on does it go on in another one.
    if (lowest === undefined || partitionOf(next) === partitionNr) break
  }
  return next + 1
}
