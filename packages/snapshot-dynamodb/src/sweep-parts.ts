/**
 * Removing parts that belong to no snapshot: those of a snapshot that was deleted or replaced (also by a JVM, which knows
 * nothing of parts), and those that a writer left behind when it died. Every set has a record that outlives its parts, so that
 * deleting again resumes.
 */
import {
  ABANDONED_PART_SET_MS,
  Attributes,
  deleteItems,
  isConflict,
  type PartSet,
  partKeys,
  partSetKey,
  partSetPages,
  snapshotKey,
  writeTransaction,
} from '@dynact/dynamodb'
import type { PersistenceError, SnapshotMetadata } from '@dynact/persistence'
import type { SnapshotCall } from './snapshot-context.js'

const fail = (error: PersistenceError): never => {
  throw error
}

/**
 * Deletes the parts that belong to no snapshot, of this id. Costs a request and a read unit where there are no sets of parts;
 * else one more read unit for every set; for every one that is deleted a transaction of about four write units, and a write unit
 * per begun KiB.
 *
 * @param isDeleted - is this snapshot, which is being written, to be deleted too? Its writer then can't commit it any more.
 * @param onDamaged - is told of a record that can't be read; thrown by default. Such a one is left as it is.
 */
export const sweepParts = async (
  call: SnapshotCall,
  isDeleted: (snapshot: SnapshotMetadata) => boolean,
  onDamaged: (error: PersistenceError) => void = fail,
): Promise<void> => {
  const { config, requests, persistenceId, options } = call
  for await (const { sets, inUse, errors } of partSetPages(requests, config, persistenceId, options)) {
    for (const error of errors) onDamaged(error)
    for (const set of sets) {
      const isGarbage = set.state === 'open' ? isAbandoned(set) || isDeleted(set.of) : !inUse.has(set)
      if (isGarbage) await clearParts(call, set)
    }
  }
}

/**
 * Deletes the parts of a set that no snapshot names, and its record. That of a set whose writer may still be at work stays
 * until a later sweep, since a part may yet come.
 */
const clearParts = async (call: SnapshotCall, set: PartSet): Promise<void> => {
  const { config, requests, options } = call
  const { table, journalName } = config
  if (!(await (set.state === 'done' ? isGivenUp(call, set) : isFencedOff(call, set)))) return
  await deleteItems(requests, table, partKeys(journalName, set), options)
  if (set.state === 'done' || isAbandoned(set))
    await deleteItems(requests, table, [partSetKey(journalName, set)], options)
}

const isAbandoned = ({ begunAt }: PartSet): boolean => Date.now() - begunAt > ABANDONED_PART_SET_MS

/** Makes a set `dead`, unless its record is another by now than it was when it was read, or is gone. */
const toDead = ({ table, journalName }: SnapshotCall['config'], set: PartSet) => ({
  TableName: table,
  Key: partSetKey(journalName, set),
  UpdateExpression: 'SET #state = :dead',
  ConditionExpression: '#state IN (:seen, :dead)',
  ExpressionAttributeNames: { '#state': Attributes.PART_SET_STATE },
  ExpressionAttributeValues: { ':dead': { S: 'dead' }, ':seen': { S: set.state } },
})

/** From now on its writer can't commit it. False if it has, or if it is gone. */
const isFencedOff = async ({ config, requests, options }: SnapshotCall, set: PartSet): Promise<boolean> => {
  try {
    await requests.send('UpdateItem', toDead(config, set), options)
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}

/**
 * Is it `dead`, because no snapshot names it? Decided by DynamoDB at one moment: a query and a batch of reads may each see another
 * part of the transaction that commits a set.
 */
const isGivenUp = async (
  { config, requests, persistenceId, options }: SnapshotCall,
  set: PartSet,
): Promise<boolean> => {
  const head = {
    TableName: config.table,
    Key: snapshotKey(config.journalName, persistenceId, set.of.sequenceNr),
    ConditionExpression: 'attribute_not_exists(#set) OR #set <> :set',
    ExpressionAttributeNames: { '#set': Attributes.PART_SET },
    ExpressionAttributeValues: { ':set': { N: set.set } },
  }
  const writes = [{ ConditionCheck: head }, { Update: toDead(config, set) }]
  return (await writeTransaction(requests, writes, options)).length === 0
}
