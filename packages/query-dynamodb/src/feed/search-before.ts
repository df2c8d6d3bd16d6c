import {
  Attributes,
  type Item,
  occupiedBy,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  queryPages,
  type RequestOptions,
} from '@dynact/dynamodb'
import type { QueryContext } from '../query-context.js'
import type { EventId } from './feed-source.js'

const MICROS_PER_MILLI = 1000

/** Does the feed tell of this item, at a time before? Other writers' events, which it does not, have no time of their own there. */
export const isInFeedBefore = (item: Item, timestamp: number): boolean =>
  item[Attributes.FEED] !== undefined && Number(item[Attributes.TIMESTAMP]?.N) / MICROS_PER_MILLI < timestamp

/**
 * The highest number before an event that the feed tells of at a time before; 0 if there is none. Walks down hundred by hundred,
 * over what will have to be delivered; where events were deleted, the journal says how far down it is worth going.
 */
export const searchBefore = async (
  context: QueryContext,
  { persistenceId, sequenceNr }: EventId,
  timestamp: number,
  options: RequestOptions,
): Promise<number> => {
  let lowest: number | undefined
  for (let partitionNr = partitionOf(sequenceNr - 1); partitionNr >= (lowest ?? 0); partitionNr--) {
    let isEmpty = true
    for await (const items of itemsDown(context, persistenceId, partitionNr, sequenceNr - 1, options)) {
      const item = items.find((one) => isInFeedBefore(one, timestamp))
      const first = partitionNr * PARTITION_SIZE + Number(item?.[Attributes.NUM]?.N)
      if (item !== undefined) return Math.min(first + occupiedBy(item), sequenceNr) - 1
      isEmpty &&= items.length === 0
    }
    if (isEmpty) lowest ??= partitionOf(await firstEvent(context, persistenceId, sequenceNr, options))
  }
  return 0
}

const itemsDown = (
  { config, requests }: QueryContext,
  persistenceId: string,
  partitionNr: number,
  fromSequenceNr: number,
  options: RequestOptions,
): AsyncGenerator<Item[], void, undefined> =>
  queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #num <= :num',
      ProjectionExpression: '#num, #ts, #feed, #n',
      ExpressionAttributeNames: {
        '#par': Attributes.PAR,
        '#num': Attributes.NUM,
        '#ts': Attributes.TIMESTAMP,
        '#feed': Attributes.FEED,
        '#n': Attributes.PACKED_SIZE,
      },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey(config, persistenceId, partitionNr) },
        ':num': { N: String(Math.min(PARTITION_SIZE - 1, fromSequenceNr - partitionNr * PARTITION_SIZE)) },
      },
      ConsistentRead: true,
      ScanIndexForward: false,
    },
    options,
  )

/** The first event that is not deleted; the given one if none before it is there. */
const firstEvent = async (
  { journal }: QueryContext,
  persistenceId: string,
  sequenceNr: number,
  { signal }: RequestOptions,
): Promise<number> => {
  const range = { toSequenceNr: sequenceNr - 1 }
  for await (const event of journal.replayEvents(persistenceId, range, { signal, priority: 'feed' }))
    return event.sequenceNr
  return sequenceNr
}
