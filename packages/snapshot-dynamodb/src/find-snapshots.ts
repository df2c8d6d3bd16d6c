import {
  Attributes,
  type Item,
  queryPages,
  type RequestOptions,
  type Requests,
  snapshotPartitionKey,
} from '@dynact/dynamodb'
import { PersistenceError, type SnapshotSelectionCriteria } from '@dynact/persistence'
import type { ResolvedSnapshotStoreConfig } from './config.js'

/** Where and how to look for snapshots. */
export interface Search {
  readonly config: ResolvedSnapshotStoreConfig
  readonly requests: Requests
  readonly persistenceId: string
  readonly criteria: SnapshotSelectionCriteria
  readonly options: RequestOptions
}

/**
 * The items of the snapshots that match, highest sequence number first, page by page.
 *
 * Bounds on the sequence number are bounds on the key. Those on the time are a filter, which DynamoDB applies after it has
 * cut the page, so only a search without them may ask for one item a page.
 */
export async function* findSnapshots(
  { config, requests, persistenceId, criteria, options }: Search,
  { keysOnly }: { keysOnly: boolean },
): AsyncGenerator<Item[], void, undefined> {
  const { minSequenceNr, maxSequenceNr, minTimestamp, maxTimestamp } = criteria
  const [lowest, highest] = range(persistenceId, minSequenceNr, maxSequenceNr)
  // What is stored has whole milliseconds.
  const [earliest, latest] = range(persistenceId, minTimestamp && Math.floor(minTimestamp), maxTimestamp)
  if (lowest > highest || earliest > latest) return
  const hasTimeBounds = minTimestamp !== undefined || maxTimestamp !== undefined
  yield* queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #seq BETWEEN :minSeq AND :maxSeq',
      ...(hasTimeBounds && { FilterExpression: '#ts BETWEEN :minTs AND :maxTs' }),
      ...(!hasTimeBounds && !keysOnly && { Limit: 1 }),
      ...(keysOnly && { ProjectionExpression: '#par, #seq' }),
      ExpressionAttributeNames: {
        '#par': Attributes.PAR,
        '#seq': Attributes.SEQ,
        ...(hasTimeBounds && { '#ts': Attributes.TIMESTAMP }),
      },
      ExpressionAttributeValues: {
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
