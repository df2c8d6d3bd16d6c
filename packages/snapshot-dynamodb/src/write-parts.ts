/**
 * Writing a split snapshot. Until its last step nothing of it is visible, and that step, a transaction, is carried out only if
 * nobody has taken the parts for a dead writer's meanwhile:
 *
 * 1. the record of a new set of parts, so that what a crash leaves behind can be found;
 * 2. the parts;
 * 3. in one transaction the snapshot's own item, which names the set, and in the record `done`, if it is still `open`.
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  Attributes,
  type Item,
  inParallel,
  itemSize,
  MAX_PARTS,
  type PartSet,
  partItem,
  partSetItem,
  partSetKey,
  type SnapshotParts,
  writeTransaction,
} from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'
import type { ResolvedSnapshotStoreConfig } from './config.js'
import { saveCondition } from './save-condition.js'
import type { SnapshotCall } from './snapshot-context.js'
import { takeBackParts } from './take-back-parts.js'

/** Parts of one snapshot under way at once: all of them would keep every other request waiting. */
const PARALLEL_PARTS = 4
/** A set's name takes 32 digits at most, and the place of a part four. */
const LONGEST_SET = '9'.repeat(32)

/** Digits that no other set has. The last one is no 0, which DynamoDB need not write as we do. */
const newSet = (): string => `${BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 25)}`) + 1n}1`

/** What a snapshot's own item says of its parts, at its longest. */
export const LONGEST_PARTS: SnapshotParts = { set: LONGEST_SET, count: MAX_PARTS, hash: new Uint8Array(32) }

/** How many bytes of state fit into one part, and into all that a set may have. */
export const partCapacity = (
  { journalName, maxItemSize, split }: ResolvedSnapshotStoreConfig,
  of: SnapshotMetadata,
): { readonly partBytes: number; readonly totalBytes: number } => {
  const empty = partItem(journalName, { set: LONGEST_SET, of }, MAX_PARTS, new Uint8Array(0))
  const partBytes = Math.max(maxItemSize - itemSize(empty), 0)
  const totalBytes = split === false ? 0 : Math.min(split.maxBytes, partBytes * MAX_PARTS)
  return { partBytes, totalBytes }
}

/** Writes record and parts; what they add up to is for the snapshot's own item. The bytes must not be changed meanwhile. */
export const writeParts = async (
  call: SnapshotCall,
  of: SnapshotMetadata,
  bytes: Uint8Array,
): Promise<{ readonly set: PartSet; readonly parts: SnapshotParts }> => {
  const { config, requests, options } = call
  const { table: TableName, journalName } = config
  const { partBytes } = partCapacity(config, of)
  const count = Math.ceil(bytes.byteLength / partBytes)
  const set: PartSet = { set: newSet(), of, count, begunAt: Date.now(), state: 'open' }
  await requests.send('PutItem', { TableName, Item: partSetItem(journalName, set) }, options)
  const parts = Array.from({ length: count }, (_, place) => bytes.subarray(place * partBytes, (place + 1) * partBytes))
  try {
    await inParallel(parts, PARALLEL_PARTS, async (part, place) => {
      await requests.send('PutItem', { TableName, Item: partItem(journalName, set, place, part) }, options)
    })
  } catch (error) {
    await giveUp(call, set)
    throw error
  }
  return { set, parts: { set: set.set, count, hash: createHash('sha256').update(bytes).digest() } }
}

/** The save fails anyway, and says why: that its parts stay, until a sweep an hour from now, is for the log. */
const giveUp = async (call: SnapshotCall, set: PartSet): Promise<void> => {
  const { table, logger } = call.config
  const { persistenceId, sequenceNr } = set.of
  if (call.options.signal?.aborted) return
  try {
    await takeBackParts(call, set)
  } catch (err) {
    const text = `${persistenceId}: parts of a snapshot that can't be stored are left in table ${table}. In an hour a deletion or a save in parts removes them.`
    logger?.warn({ table, persistenceId, sequenceNr, err }, text)
  }
}

/** What became of a snapshot whose parts are all written: a later one may be stored, or a deletion may have taken the parts. */
export type Commit = 'stored' | 'superseded' | 'deleted'

/** Makes the snapshot visible. */
export const commitParts = async (call: SnapshotCall, head: Item, set: PartSet): Promise<Commit> => {
  const { config, requests, options } = call
  const { table: TableName, journalName } = config
  const failed = await writeTransaction(
    requests,
    [
      { Put: { TableName, Item: head, ...saveCondition(set.of) } },
      {
        Update: {
          TableName,
          Key: partSetKey(journalName, set),
          UpdateExpression: 'SET #state = :done',
          ConditionExpression: '#state = :open',
          ExpressionAttributeNames: { '#state': Attributes.PART_SET_STATE },
          ExpressionAttributeValues: { ':done': { S: 'done' }, ':open': { S: 'open' } },
        },
      },
    ],
    options,
  )
  if (failed.length === 0) return 'stored'
  // Unless an earlier try has been carried out, its answer lost, and DynamoDB's memory of its token as well.
  if (!(await takeBackParts(call, set))) return 'stored'
  return failed.includes(0) ? 'superseded' : 'deleted'
}
