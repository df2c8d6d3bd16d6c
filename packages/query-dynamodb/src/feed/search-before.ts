import {
  Attributes,
  type GoesOnWithout,
  type Item,
  PARTITION_SIZE,
  partitionOf,
  queryDown,
  queryPages,
  type RequestOptions,
  readable,
  readJournalPlace,
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
  goesOnWithout: GoesOnWithout,
): Promise<number> => {
  const { config, requests } = context
  let lowest: number | undefined
  for (let partitionNr = partitionOf(sequenceNr - 1); partitionNr >= (lowest ?? 0); partitionNr--) {
    const input = queryDown(config, persistenceId, partitionNr, sequenceNr - 1, ['TIMESTAMP', 'FEED', 'PACKED_SIZE'])
    let isEmpty = true
    for await (const items of queryPages(requests, input, options)) {
      const item = items.find((one) => isInFeedBefore(one, timestamp))
      if (item !== undefined) {
        const hundred = { table: config.table, persistenceId, partitionNr }
        const place = readable(() => readJournalPlace(item, hundred), goesOnWithout)
        // Of an item that can't be read no more is known than where it lies.
        const last = place?.last ?? Math.floor(partitionNr * PARTITION_SIZE + Number(item[Attributes.NUM]?.N))
        return Math.min(last, sequenceNr - 1)
      }
      isEmpty &&= items.length === 0
    }
    if (isEmpty) lowest ??= partitionOf(await firstEvent(context, persistenceId, sequenceNr, options, goesOnWithout))
  }
  return 0
}

/** The first event that is not deleted; the given one if none before it is there. */
const firstEvent = async (
  { journal }: QueryContext,
  persistenceId: string,
  sequenceNr: number,
  { signal }: RequestOptions,
  goesOnWithout: GoesOnWithout,
): Promise<number> => {
  const range = { toSequenceNr: sequenceNr - 1 }
  for await (const event of journal.replayEvents(persistenceId, range, { signal, priority: 'feed', goesOnWithout }))
    return event.sequenceNr
  return sequenceNr
}
