import { Attributes, type Item, queryPages, snapshotPartitionKey } from '@dynact/dynamodb'
import { PersistenceError, type SnapshotSelectionCriteria } from '@dynact/persistence'
import type { SnapshotCall } from './snapshot-context.js'

/**
 * The items of the snapshots that match, highest sequence number first, page by page.
 *
 * Bounds on the sequence number are bounds on the key. Those on the time are a filter, which DynamoDB applies after it has
 * cut the page, so only a search without them may ask for one item a page.
 */
export async function* findSnapshots(
  { config, requests, persistenceId, options }: SnapshotCall,
  criteria: SnapshotSelectionCriteria,
  { keysOnly }: { keysOnly: boolean },
): AsyncGenerator<Item[], void, undefined> {
  const { lowest, highest, earliest, latest } = bounds(persistenceId, criteria)
  if (lowest > highest || earliest > latest) return
  const hasTimeBounds = timeBounds(persistenceId, criteria) !== undefined
  const isInTime = '#ts BETWEEN :minTs AND :maxTs'
  yield* queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #seq BETWEEN :minSeq AND :maxSeq',
      // One that has a wrong expiry, or no time at all, is refused when it is read.
      FilterExpression: `NOT attribute_type(#expiry, :number)${
        hasTimeBounds ? ` AND ${keysOnly ? isInTime : `(attribute_not_exists(#ts) OR ${isInTime})`}` : ''
      }`,
      ...(!hasTimeBounds && !keysOnly && { Limit: 1 }),
      ...(keysOnly && { ProjectionExpression: '#par, #seq, #set' }),
      ExpressionAttributeNames: {
        '#par': Attributes.PAR,
        '#seq': Attributes.SEQ,
        '#expiry': Attributes.EXPIRY,
        ...(keysOnly && { '#set': Attributes.PART_SET }),
        ...(hasTimeBounds && { '#ts': Attributes.TIMESTAMP }),
      },
      ExpressionAttributeValues: {
        ':number': { S: 'N' },
        ':par': { S: snapshotPartitionKey(config.journalName, persistenceId) },
        ':minSeq': { N: String(lowest) },
        ':maxSeq': { N: String(highest) },
        ...(hasTimeBounds && { ':minTs': { N: String(earliest) }, ':maxTs': { N: String(latest) } }),
      },
      ConsistentRead: true,
      ScanIndexForward: false,
    },
    options,
  )
}

/** Does a snapshot of this number and time, in whole milliseconds, match? */
export const isSelected = (
  persistenceId: string,
  criteria: SnapshotSelectionCriteria,
  { sequenceNr, timestamp }: { readonly sequenceNr: number; readonly timestamp: number },
): boolean => {
  const { lowest, highest, earliest, latest } = bounds(persistenceId, criteria)
  return lowest <= sequenceNr && sequenceNr <= highest && earliest <= timestamp && timestamp <= latest
}

/** From when to when a snapshot must be, in whole milliseconds, both inclusive. */
export interface TimeBounds {
  readonly earliest: number
  readonly latest: number
}

/** From when to when a snapshot must be, in whole milliseconds; `undefined` if its time does not matter. */
export const timeBounds = (persistenceId: string, criteria: SnapshotSelectionCriteria): TimeBounds | undefined =>
  criteria.minTimestamp === undefined && criteria.maxTimestamp === undefined
    ? undefined
    : bounds(persistenceId, criteria)

const bounds = (
  persistenceId: string,
  { minSequenceNr, maxSequenceNr, minTimestamp, maxTimestamp }: SnapshotSelectionCriteria,
) => {
  const [lowest, highest] = range(persistenceId, minSequenceNr, maxSequenceNr)
  // What is stored has whole milliseconds.
  const [earliest, latest] = range(persistenceId, minTimestamp && Math.floor(minTimestamp), maxTimestamp)
  return { lowest, highest, earliest, latest }
}

/** Bounds as numbers that DynamoDB takes: infinite ones are none. */
const range = (persistenceId: string, min = 0, max = Number.MAX_SAFE_INTEGER): [number, number] => {
  if (Number.isNaN(min) || Number.isNaN(max))
    throw new PersistenceError(
      `${persistenceId}: a bound of the snapshots to select is NaN. Give a number, or leave it out.`,
      {
        persistenceId,
      },
    )
  return [Math.max(min, 0), Math.min(max, Number.MAX_SAFE_INTEGER)]
}
