import { Attributes, deleteItems, RequestFailedError, snapshotKey } from '@dynact/dynamodb'
import { PersistenceError, type SnapshotMetadata, type SnapshotSelectionCriteria } from '@dynact/persistence'
import { findSnapshots, isSelected } from './find-snapshots.js'
import { isConflict } from './is-conflict.js'
import type { SnapshotCall } from './snapshot-context.js'
import { sweepParts } from './sweep-parts.js'

/**
 * Deletes one snapshot, if its time is the given one or 0 is given, and then its parts.
 *
 * @throws {@link PersistenceError} some of it may still be there; deleting again resumes.
 */
export const deleteSnapshot = async (call: SnapshotCall, metadata: SnapshotMetadata): Promise<void> => {
  const { persistenceId, sequenceNr } = metadata
  const timestamp = Math.floor(metadata.timestamp)
  try {
    await deleteItem(call, sequenceNr, metadata.timestamp > 0 ? timestamp : undefined)
    await sweepParts(
      call,
      (of) => of.sequenceNr === sequenceNr && (metadata.timestamp <= 0 || of.timestamp === timestamp),
    )
  } catch (cause) {
    throw deletionFailed(cause, persistenceId, sequenceNr)
  }
}

/** @param timestamp - it is deleted only if it has this; `undefined`: whatever it has. */
const deleteItem = async (
  { config, requests, persistenceId, options }: SnapshotCall,
  sequenceNr: number,
  timestamp: number | undefined,
): Promise<void> => {
  try {
    await requests.send(
      'DeleteItem',
      {
        TableName: config.table,
        Key: snapshotKey(config.journalName, persistenceId, sequenceNr),
        ...(timestamp !== undefined && {
          ConditionExpression: '#ts = :ts',
          ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP },
          ExpressionAttributeValues: { ':ts': { N: String(timestamp) } },
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
    for await (const keys of findSnapshots(call, criteria, { keysOnly: true }))
      await deleteItems(requests, config.table, keys, options)
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
