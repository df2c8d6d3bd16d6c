/**
 * Removing parts that belong to no snapshot: those of a snapshot that was deleted or replaced (also by a JVM, which knows
 * nothing of parts), and those that a writer left behind when it died. Every set has a record that outlives its parts, so that
 * deleting again resumes.
 */
import {
  Attributes,
  deleteItems,
  getItems,
  type PartSet,
  partKeys,
  partSetKey,
  queryPages,
  readPartSetItem,
  snapshotKey,
  snapshotPartitionKey,
} from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'
import { isConflict } from './is-conflict.js'
import type { SnapshotCall } from './snapshot-context.js'

/** A writer that has not committed its parts for so long is dead, and so is every request that it has sent. */
const ABANDONED_MS = 3_600_000

/**
 * Deletes the parts that belong to no snapshot, of this id. Costs a request and a read unit where there are no sets of parts;
 * else one more read unit for every set, and a write unit per begun KiB of what is deleted.
 *
 * @param isDeleted - is this snapshot, which is being written, to be deleted too? Its writer then can't commit it any more.
 */
export const sweepParts = async (
  call: SnapshotCall,
  isDeleted: (snapshot: SnapshotMetadata) => boolean,
): Promise<void> => {
  const { config, requests, persistenceId, options } = call
  const pages = queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #seq < :zero',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#seq': Attributes.SEQ },
      ExpressionAttributeValues: {
        ':par': { S: snapshotPartitionKey(config.journalName, persistenceId) },
        ':zero': { N: '0' },
      },
      ConsistentRead: true,
    },
    options,
  )
  for await (const items of pages) {
    const sets = items.map((item) => readPartSetItem(item, config.table, persistenceId))
    const inUse = await setsInUse(call, sets)
    for (const set of sets) {
      const isGarbage = set.state === 'open' ? isAbandoned(set) || isDeleted(set.of) : !inUse.has(set.set)
      if (isGarbage) await clearParts(call, set)
    }
  }
}

/**
 * Deletes the parts of a set that no snapshot names, and its record. That of a set whose writer may still be at work stays
 * until a later sweep, since a part may yet come.
 */
export const clearParts = async (call: SnapshotCall, set: PartSet): Promise<void> => {
  const { config, requests, options } = call
  const { table, journalName } = config
  if (set.state !== 'done' && !(await isFencedOff(call, set))) return
  await deleteItems(requests, table, partKeys(journalName, set), options)
  if (set.state === 'done' || isAbandoned(set))
    await deleteItems(requests, table, [partSetKey(journalName, set)], options)
}

const isAbandoned = ({ begunAt }: PartSet): boolean => Date.now() - begunAt > ABANDONED_MS

/** From now on its writer can't commit it. False if it has, or if it is gone. */
const isFencedOff = async ({ config, requests, options }: SnapshotCall, set: PartSet): Promise<boolean> => {
  try {
    await requests.send(
      'UpdateItem',
      {
        TableName: config.table,
        Key: partSetKey(config.journalName, set),
        UpdateExpression: 'SET #state = :dead',
        ConditionExpression: '#state = :open OR #state = :dead',
        ExpressionAttributeNames: { '#state': Attributes.PART_SET_STATE },
        ExpressionAttributeValues: { ':dead': { S: 'dead' }, ':open': { S: 'open' } },
      },
      options,
    )
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}

/** Those that their snapshots name. Looked up after the records were read: what was done by then and is not named never will be. */
const setsInUse = async (
  { config, requests, persistenceId, options }: SnapshotCall,
  sets: readonly PartSet[],
): Promise<ReadonlySet<string>> => {
  const sequenceNrs = new Set(sets.filter(({ state }) => state === 'done').map(({ of }) => of.sequenceNr))
  const keys = [...sequenceNrs].map((sequenceNr) => snapshotKey(config.journalName, persistenceId, sequenceNr))
  const heads = await getItems(requests, config.table, keys, options)
  return new Set(heads.flatMap((head) => head[Attributes.PART_SET]?.N ?? []))
}
