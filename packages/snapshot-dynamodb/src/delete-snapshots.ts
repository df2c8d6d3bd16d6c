import {
  Attributes,
  deleteItems,
  expireItems,
  type Item,
  inParallel,
  isConflict,
  RequestFailedError,
  snapshotKey,
} from '@dynact/dynamodb'
import { PersistenceError, type SnapshotMetadata, type SnapshotSelectionCriteria } from '@dynact/persistence'
import { findSnapshots, isSelected, type TimeBounds, timeBounds } from './find-snapshots.js'
import type { SnapshotCall } from './snapshot-context.js'
import { sweepParts } from './sweep-parts.js'

/** Deletions of single items under way at once: all of them would keep every other request waiting. */
const PARALLEL_DELETIONS = 4

/**
 * Deletes one snapshot, if its time is the given one or 0 is given, and then its parts.
 *
 * @throws {@link PersistenceError} some of it may still be there; deleting again resumes.
 */
export const deleteSnapshot = async (call: SnapshotCall, metadata: SnapshotMetadata): Promise<void> => {
  const { persistenceId, sequenceNr } = metadata
  const timestamp = Math.floor(metadata.timestamp)
  try {
    const time = metadata.timestamp > 0 ? { earliest: timestamp, latest: timestamp } : undefined
    const key = snapshotKey(call.config.journalName, persistenceId, sequenceNr)
    if (call.config.deletedTimeToLiveMs === undefined) await deleteItem(call, key, time)
    else await deleteFound(call, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr }, time)
    await sweepParts(
      call,
      (of) => of.sequenceNr === sequenceNr && (metadata.timestamp <= 0 || of.timestamp === timestamp),
    )
  } catch (cause) {
    throw deletionFailed(cause, persistenceId, sequenceNr)
  }
}

/** @param time - it is deleted only if its time is this; `undefined`: whatever it is. */
const deleteItem = async (
  { config, requests, options }: SnapshotCall,
  key: Item,
  time: TimeBounds | undefined,
): Promise<void> => {
  try {
    await requests.send(
      'DeleteItem',
      {
        TableName: config.table,
        Key: key,
        ...(time !== undefined && timeCondition(time)),
      },
      options,
    )
  } catch (error) {
    if (!isConflict(error)) throw error
  }
}

/**
 * Deletes every snapshot that matches, and then their parts.
 *
 * @throws {@link PersistenceError} some may still be there; deleting again resumes.
 */
export const deleteSnapshots = async (call: SnapshotCall, criteria: SnapshotSelectionCriteria): Promise<void> => {
  const { persistenceId } = call
  try {
    await deleteFound(call, criteria, timeBounds(persistenceId, criteria))
    await sweepParts(call, (of) => isSelected(persistenceId, criteria, of))
  } catch (cause) {
    throw deletionFailed(cause, persistenceId, undefined)
  }
}

/** Deletes the items of those that match, if their times are these when they are deleted. */
const deleteFound = async (
  call: SnapshotCall,
  criteria: SnapshotSelectionCriteria,
  time: TimeBounds | undefined,
): Promise<void> => {
  const { config, requests, options } = call
  const { table, deletedTimeToLiveMs } = config
  for await (const found of findSnapshots(call, criteria, { keysOnly: true })) {
    // What DynamoDB removes later leaves its parts behind: one in parts is deleted here and now.
    const keys = found.filter((item) => deletedTimeToLiveMs === undefined || isInParts(item)).map(keyOf)
    if (time === undefined) await deleteItems(requests, table, keys, options)
    // A batch takes no conditions, and meanwhile one of a later time may have replaced what was found.
    else await inParallel(keys, PARALLEL_DELETIONS, (key) => deleteItem(call, key, time))
    if (deletedTimeToLiveMs === undefined) continue
    const kept = found.filter((item) => !isInParts(item)).map(keyOf)
    await expireItems(requests, table, kept, deletedTimeToLiveMs, options, time && timeCondition(time))
  }
}

const isInParts = (item: Item): boolean => item[Attributes.PART_SET] !== undefined

const keyOf = ({ [Attributes.PART_SET]: _, ...key }: Item): Item => key

const timeCondition = ({ earliest, latest }: TimeBounds) => ({
  ConditionExpression: '#ts BETWEEN :min AND :max',
  ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP },
  ExpressionAttributeValues: { ':min': { N: String(earliest) }, ':max': { N: String(latest) } },
})

const deletionFailed = (cause: unknown, persistenceId: string, sequenceNr: number | undefined): unknown =>
  cause instanceof RequestFailedError
    ? new PersistenceError(`${cause.message} Snapshots may be left; delete again to resume.`, {
        persistenceId,
        sequenceNr,
        cause,
      })
    : cause
