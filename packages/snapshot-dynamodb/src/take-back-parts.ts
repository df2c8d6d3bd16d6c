import { Attributes, deleteItems, isConflict, type PartSet, partKeys, partSetItem } from '@dynact/dynamodb'
import type { SnapshotCall } from './snapshot-context.js'

/**
 * Removes what a save has written of a set that it can't, or will not, commit. Its record becomes `dead` first; if somebody has
 * swept it while this writer was away, it is there again, so that a part that is left is found, an hour from now.
 *
 * What can't be deleted now is told to the logger.
 *
 * @returns false: the set has been committed, and all of it is as it was.
 * @throws {@link RequestFailedError} its record could not be written; nothing is deleted.
 */
export const takeBackParts = async (
  { config, requests, persistenceId, options }: SnapshotCall,
  set: PartSet,
): Promise<boolean> => {
  const { table, journalName, logger } = config
  try {
    await requests.send(
      'PutItem',
      {
        TableName: table,
        Item: partSetItem(journalName, { ...set, begunAt: Date.now(), state: 'dead' }),
        ConditionExpression: 'attribute_not_exists(#state) OR #state <> :done',
        ExpressionAttributeNames: { '#state': Attributes.PART_SET_STATE },
        ExpressionAttributeValues: { ':done': { S: 'done' } },
      },
      options,
    )
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
  try {
    await deleteItems(requests, table, partKeys(journalName, set), options)
  } catch (err) {
    options.signal?.throwIfAborted()
    const text = `${persistenceId}: parts of a snapshot that was not stored are left in table ${table}. A later deletion or save in parts removes them.`
    logger?.warn({ table, persistenceId, sequenceNr: set.of.sequenceNr, err }, text)
  }
  return true
}
