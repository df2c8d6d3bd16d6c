import { Attributes, type Item, SNAPSHOT_TIMESTAMP_INDEX, snapshotPartitionKey } from '@dynact/dynamodb'
import type { SelectedSnapshot, SnapshotSelectionCriteria } from '@dynact/persistence'
import { z } from 'zod'
import { UsageError } from '../cli-error.js'
import { timeText } from '../event-record.js'
import type { SnapshotDetail, SnapshotEntry, SnapshotsPage } from '../page/protocol.js'
import type { Explorer } from './explorer.js'
import { shownValue } from './shown-value.js'

const cursorSchema = z.strictObject({ seq: z.int(), ts: z.int() })

const readCursor = (text: string): { readonly seq: number; readonly ts: number } => {
  try {
    return cursorSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new UsageError('The cursor is none that a list of snapshots has given. Begin at the first page.', { cause })
  }
}

/** Snapshots of an id, latest first, by the index, which has no states: a page costs a read unit or two. */
export const snapshotsPage = async (
  { snapshotRequests, snapshotStore }: Explorer,
  persistenceId: string,
  { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
  signal: AbortSignal,
): Promise<SnapshotsPage> => {
  const { table, journalName } = snapshotStore.config
  const par = { S: snapshotPartitionKey(journalName, persistenceId) }
  const { Items = [], LastEvaluatedKey } = await snapshotRequests.send(
    'Query',
    {
      TableName: table,
      IndexName: SNAPSHOT_TIMESTAMP_INDEX,
      KeyConditionExpression: '#par = :par',
      ProjectionExpression: '#par, #seq, #ts',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#seq': Attributes.SEQ, '#ts': Attributes.TIMESTAMP },
      ExpressionAttributeValues: { ':par': par },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: limit,
      ...(cursor !== undefined && { ExclusiveStartKey: startKey(par, readCursor(cursor)) }),
    },
    { signal, priority: 'feed', purpose: `${persistenceId}: listing its snapshots`, persistenceId },
  )
  const numbers = (item: Item) => ({
    seq: Number(item[Attributes.SEQ]?.N),
    ts: Number(item[Attributes.TIMESTAMP]?.N),
  })
  const snapshots = Items.map((item): SnapshotEntry => {
    const { seq, ts } = numbers(item)
    return { sequenceNr: seq, time: timeText(ts) }
  })
  return { snapshots, ...(LastEvaluatedKey !== undefined && { next: JSON.stringify(numbers(LastEvaluatedKey)) }) }
}

const startKey = (par: { S: string }, { seq, ts }: { readonly seq: number; readonly ts: number }): Item => ({
  [Attributes.PAR]: par,
  [Attributes.SEQ]: { N: String(seq) },
  [Attributes.TIMESTAMP]: { N: String(ts) },
})

/** One snapshot with its state, and the one before it; `undefined` if there is none of this number. */
export const snapshotDetail = async (
  { snapshotStore }: Explorer,
  persistenceId: string,
  sequenceNr: number,
  signal: AbortSignal,
): Promise<SnapshotDetail | undefined> => {
  const load = (criteria: SnapshotSelectionCriteria): Promise<SelectedSnapshot | undefined> =>
    snapshotStore.loadSnapshot(persistenceId, criteria, { signal })
  const found = await load({ minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr })
  if (found === undefined) return undefined
  const before = sequenceNr === 0 ? undefined : await load({ maxSequenceNr: sequenceNr - 1 })
  return {
    sequenceNr,
    time: timeText(found.metadata.timestamp),
    state: shownValue(found.snapshot),
    ...(before !== undefined && {
      previous: { sequenceNr: before.metadata.sequenceNr, state: shownValue(before.snapshot) },
    }),
  }
}
