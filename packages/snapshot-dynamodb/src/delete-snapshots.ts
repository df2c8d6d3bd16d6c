import { Attributes, deleteItems, type Item, RequestFailedError, snapshotKey } from '@dynact/dynamodb'
import { PersistenceError, type SnapshotMetadata, type SnapshotSelectionCriteria } from '@dynact/persistence'
import { findSnapshots, isSelected, timeBounds } from './find-snapshots.js'
import { inParallel } from './in-parallel.js'
import { isConflict } from './is-conflict.js'
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
    const key = snapshotKey(call.config.journalName, persistenceId, sequenceNr)
    await deleteItem(call, key, metadata.timestamp > 0 ? { earliest: timestamp, latest: timestamp } : undefined)
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
  time: ReturnType<typeof timeBounds>,
): Promise<void> => {
  try {
    await requests.send(
      'DeleteItem',
      {
        TableName: config.table,
        Key: key,
        ...(time !== undefined && {
          ConditionExpression: '#ts BETWEEN :min AND :max',
          ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP },
          ExpressionAttributeValues: { ':min': { N: String(time.earliest) }, ':max': { N: String(time.latest) } },
        }),
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
  const { config, requests, persistenceId, options } = call
  try {
    const time = timeBounds(persistenceId, criteria)
    for await (const keys of findSnapshots(call, criteria, { keysOnly: true }))
      if (time === undefined) await deleteItems(requests, config.table, keys, options)
      // A batch takes no conditions, and meanwhile one of a later time may have replaced what was found.
      else await inParallel(keys, PARALLEL_DELETIONS, (key) => deleteItem(call, key, time))
    await sweepParts(call, (of) => isSelected(persistenceId, criteria, of))
  } catch (cause) {
    throw deletionFailed(cause, persistenceId, undefined)
  }
}

const deletionFailed = (cause: unknown, persistenceId: string, sequenceNr: number | undefined): unknown =>
  cause instanceof RequestFailedError
    ? new PersistenceError(`${cause.message} Snapshots may be left; delete again to resume.`, {
        persistenceId,
        sequenceNr,
        cause,
      })
    : cause
