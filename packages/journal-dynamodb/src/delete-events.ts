import {
  Attributes,
  deleteItems,
  eventKey,
  expireItems,
  type Item,
  isConflict,
  isExpiring,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  queryPages,
  RequestFailedError,
  type RequestOptions,
  readJournalPlace,
} from '@dynact/dynamodb'
import { type AbortOptions, checkPersistenceId, PersistenceError } from '@dynact/persistence'
import { clearBlocked, judgeAgain, judgeCut } from './deletion-cut.js'
import type { JournalContext } from './journal-context.js'
import { raiseMark, readLowMark } from './marks.js'
import { readHighest } from './replay/highest.js'
import { isInUse } from './replay/occupied.js'

/** How events are deleted. */
export interface DeletionOptions {
  /**
   * Leaves nothing to the time to live, also of what was deleted before.
   * @defaultValue `false`
   */
  readonly purge?: boolean
}

/**
 * Deletes the events of an id up to a sequence number. The low mark goes first, then the events in ascending order, so that an
 * interruption leaves a readable journal; deleting again begins at the first hundred that is not empty below the last low
 * mark, so that it costs what is left.
 */
export const deleteEventsTo = async (
  context: JournalContext,
  persistenceId: string,
  toSequenceNr: number,
  { signal }: AbortOptions,
  { purge = false }: DeletionOptions = {},
): Promise<void> => {
  checkPersistenceId(persistenceId)
  if (!Number.isInteger(toSequenceNr) && toSequenceNr !== Number.POSITIVE_INFINITY) {
    throw new PersistenceError(
      `${persistenceId}: events can't be deleted up to ${toSequenceNr}. Give the last sequence number to delete; Number.MAX_SAFE_INTEGER deletes all.`,
      { persistenceId },
    )
  }
  const options: RequestOptions = {
    signal,
    priority: 'snapshot',
    purpose: `${persistenceId}: deleting events up to ${toSequenceNr}`,
    persistenceId,
  }
  try {
    const highest = await readHighest(context, persistenceId, toSequenceNr, options)
    const before = await readLowMark(context, persistenceId, options)
    // What an earlier deletion left half done is done too.
    const wanted = Math.max(Math.min(toSequenceNr, highest), before.sequenceNr - 1)
    if (wanted < 1 || toSequenceNr < 1) return
    const from = before.cutBatch ?? before.sequenceNr
    const cut = { context, persistenceId, options, highest, before }
    const isNew = wanted >= before.sequenceNr && !purge
    const { target, cutBatch, batchBegin, blocked } = isNew
      ? await judgeCut(cut, wanted)
      : await judgeAgain(cut, wanted)
    await raiseMark(context, 'SL', persistenceId, target + 1, options, { cutBatch, batchBegin })
    // The item of a packed batch has to stay, for the rest of its events.
    if (cutBatch !== undefined) await cutPackedBatch(context, persistenceId, cutBatch, target + 1, options)
    await deleteUpwards(context, persistenceId, purge ? 1 : from, target, options, { purge, blocked })
    if (blocked !== undefined) await clearBlocked(cut, { target, blocked })
  } catch (cause) {
    if (!(cause instanceof RequestFailedError)) throw cause
    throw new PersistenceError(
      `${cause.message} Some of the events may be deleted; the journal stays readable. Delete again to resume.`,
      { persistenceId, sequenceNr: toSequenceNr, cause },
    )
  }
}

/** Hides the deleted events of a packed batch. */
const cutPackedBatch = async (
  { config, requests }: JournalContext,
  persistenceId: string,
  first: number,
  notBefore: number,
  options: RequestOptions,
): Promise<void> => {
  try {
    await requests.send(
      'UpdateItem',
      {
        TableName: config.table,
        Key: eventKey(config, persistenceId, first),
        UpdateExpression: 'SET #cut = :cut',
        // Another deletion may have gone further meanwhile: without a condition a phantom of the item would come back.
        ConditionExpression: 'attribute_exists(#par) AND (attribute_not_exists(#cut) OR #cut < :cut)',
        ExpressionAttributeNames: { '#par': Attributes.PAR, '#cut': Attributes.CUT },
        ExpressionAttributeValues: { ':cut': { N: String(notBefore) } },
      },
      options,
    )
  } catch (error) {
    if (!isConflict(error)) throw error
  }
}

/** What of the events up to the target is deleted. */
interface Deleted {
  /** Also those that have been left to the time to live. */
  readonly purge: boolean
  /** All but this one. */
  readonly blocked: number | undefined
}

const deleteUpwards = async (
  context: JournalContext,
  persistenceId: string,
  from: number,
  target: number,
  options: RequestOptions,
  what: Deleted,
): Promise<void> => {
  const { config, requests } = context
  const { table, deletedTimeToLiveMs } = config
  const remove = (keys: readonly Item[]): Promise<void> =>
    deletedTimeToLiveMs === undefined || what.purge
      ? deleteItems(requests, table, keys, options)
      : expireItems(requests, table, keys, deletedTimeToLiveMs, options)
  let lowest = Math.min(partitionOf(from), partitionOf(target))
  // An interrupted deletion leaves a rest below its own mark.
  while (lowest > 0 && (await isInUse(context, persistenceId, lowest - 1, options))) lowest--
  for (let partitionNr = lowest; partitionNr <= partitionOf(target); partitionNr++) {
    const keys = await eventKeys(context, persistenceId, partitionNr, target, options, what)
    // The lowest event goes alone: a replay that starts there sees that it is gone, and asks the low mark. The last one of each
    // hundred does too: as long as it is there, a replay sees the gap before it.
    const alone = partitionNr === lowest ? 1 : 0
    const last = Math.max(alone, keys.length - 1)
    await remove(keys.slice(0, alone))
    await remove(keys.slice(alone, last))
    await remove(keys.slice(last))
  }
}

/** Keys of the events of one hundred that are to be deleted, in ascending order. */
const eventKeys = async (
  { config, requests }: JournalContext,
  persistenceId: string,
  partitionNr: number,
  target: number,
  options: RequestOptions,
  { purge, blocked }: Deleted,
): Promise<Item[]> => {
  const last = partitionNr === partitionOf(target) ? target % PARTITION_SIZE : PARTITION_SIZE - 1
  const keys: Item[] = []
  const pages = queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #num <= :last',
      ExpressionAttributeNames: {
        '#par': Attributes.PAR,
        '#num': Attributes.NUM,
        '#n': Attributes.PACKED_SIZE,
        '#expiry': Attributes.EXPIRY,
      },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey(config, persistenceId, partitionNr) },
        ':last': { N: String(last) },
      },
      ProjectionExpression: '#par, #num, #n, #expiry',
      ConsistentRead: true,
    },
    options,
  )
  for await (const items of pages) {
    for (const item of items) {
      if (isExpiring(item) && !purge) continue
      const { [Attributes.PACKED_SIZE]: _n, [Attributes.EXPIRY]: _expiry, ...key } = item
      // What it holds behind the target would be lost if its size were taken for another.
      const { first, last } = readJournalPlace(item, { table: config.table, persistenceId, partitionNr })
      if (last <= target && first !== blocked) keys.push(key)
    }
  }
  return keys
}
