import { randomUUID } from 'node:crypto'
import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb'
import {
  Attributes,
  type Item,
  isConflict,
  isExpiring,
  isUnreadable,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  type RequestOptions,
  readJournalItem,
  type StoredEvent,
  steppingStoneItem,
} from '@dynact/dynamodb'
import type { JournalContext } from './journal-context.js'
import { isWholeBelow, type LowMark, readLowMark } from './marks.js'
import { readHeadDownFrom } from './replay/batch-head.js'
import { findCoveringBatch } from './replay/occupied.js'
import { plugItem } from './write/plug-item.js'

/** A deletion that is about to begin. */
interface Deletion {
  readonly context: JournalContext
  readonly persistenceId: string
  readonly options: RequestOptions
  /** The highest number in use. */
  readonly highest: number
  /** The low mark, read before the events. */
  readonly before: LowMark
}

/** What is to be deleted then. */
export interface DeletionCut {
  /** Up to here: what was wanted, or one less, to keep the last event of a torn batch at the end of the history. */
  readonly target: number
  /** The first number of the packed batch that this cuts. */
  readonly cutBatch?: number | undefined
  /** The first number of the batch of single items that this cuts, if it was whole; that behind the target if it cuts none; or not known. */
  readonly batchBegin?: number | undefined
  /** But for this number of a torn batch: as long as something lies there, that batch can't be completed. */
  readonly blocked?: number | undefined
}

/**
 * Says which batch a deletion cuts, and sees to it that it is not a torn one, of which some events were never stored or lost against those of
 * another writer. Replays take what was deleted of it for present, since it may have been: the rest of the batch would look whole. So a torn
 * batch is first kept from being completed, by a stepping stone in a hole of it, and then from going on right behind the cut, by
 * another one, in the place of its event where there is one. Neither takes anything away that a replay would have shown.
 *
 * Costs one request, and the read units of two items, where the cut is in front of an event that stands alone. Only where it is about to cut a
 * batch does it read that down to its beginning.
 */
export const judgeCut = async (deletion: Deletion, wanted: number): Promise<DeletionCut> => {
  try {
    // Comes round again only when somebody has changed what it has just read.
    for (let target = wanted; ; ) {
      const { last, next } = await aroundCut(deletion, target)
      const none = { target, batchBegin: target + 1 }
      const isNext = next?.sequenceNr === target + 1
      const torn = isNext && next.index > 0 && !next.isPacked ? await tornAt(deletion, next) : undefined
      // What stands alone, or goes on with a batch that is whole so far, does not lie under a packed batch.
      if (isNext && (next.isPacked || next.lastIndex === 0)) return none
      if (isNext && next.index > 0 && torn === undefined) return { target, batchBegin: beginOf(next) }
      const cutBatch = await coveringBatch(deletion, target + 1)
      // Replays leave out what lies under a packed batch, so nothing else is cut then.
      if (cutBatch !== undefined) return { target, cutBatch }
      if (next === undefined) {
        // A packed batch may end there. Or else a batch may be under way, of which nothing was seen.
        if (last === undefined) return target === deletion.highest ? none : { target }
        if (last.index === last.lastIndex) return none
        if ((await tornAt(deletion, last)) === undefined) return { target, batchBegin: beginOf(last) }
        if ((await coveringBatch(deletion, target)) !== undefined) return none
        target--
      } else if (beginOf(next) > target) {
        return none
      } else if (torn === undefined) {
        if (await putStone(deletion, target + 1, next)) return none
      } else {
        const blocked = torn > beginOf(next) ? torn - 1 : undefined
        const isDead = blocked === undefined || (await isTaken(deletion, next, blocked))
        if (isDead && (await replaceByStone(deletion, next))) return { ...none, blocked }
      }
    }
  } catch (error) {
    // No replay goes past an item that can't be read. Whether it is one of the batch is for whoever mends it to say.
    if (isUnreadable(error)) return judgeAgain(deletion, wanted)
    throw error
  }
}

/** Of a deletion that goes no further than one before: which packed batch it cuts. */
export const judgeAgain = async (deletion: Deletion, target: number): Promise<DeletionCut> => ({
  target,
  cutBatch: await coveringBatch(deletion, target + 1),
})

/** The first number of the packed batch that a number lies in, behind its first. */
const coveringBatch = async (
  { context, persistenceId, options, before }: Deletion,
  sequenceNr: number,
): Promise<number | undefined> => {
  const notBelow = before.cutBatch ?? before.sequenceNr
  return (await findCoveringBatch(context, persistenceId, sequenceNr, notBelow, options))?.first
}

const beginOf = ({ sequenceNr, index }: StoredEvent): number => sequenceNr - index

interface AroundCut {
  readonly last?: StoredEvent | undefined
  readonly next?: StoredEvent | undefined
}

/** The first event behind the cut, if it lies in the hundred that begins behind it or goes on there; and the one right before. */
const aroundCut = async (deletion: Deletion, to: number): Promise<AroundCut> => {
  const isEdge = partitionOf(to) < partitionOf(to + 1)
  let events = await eventsFrom(deletion, isEdge ? to + 1 : to)
  if (isEdge && events.length === 0) events = await eventsFrom(deletion, to)
  return {
    last: events.find(({ sequenceNr }) => sequenceNr === to),
    next: events.find(({ sequenceNr }) => sequenceNr > to),
  }
}

/** The first two events at or behind a number, within its hundred; of a packed batch the first. */
const eventsFrom = async (
  { context: { config, requests }, persistenceId, options }: Deletion,
  sequenceNr: number,
): Promise<StoredEvent[]> => {
  const partitionNr = partitionOf(sequenceNr)
  const { Items = [] } = await requests.send(
    'Query',
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #num >= :num',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey(config, persistenceId, partitionNr) },
        ':num': { N: String(sequenceNr % PARTITION_SIZE) },
      },
      ConsistentRead: true,
      Limit: 2,
    },
    options,
  )
  const firstOf = (item: Item): StoredEvent | undefined =>
    isExpiring(item) ? undefined : readJournalItem(item, config.table, persistenceId, partitionNr)[0]
  return Items.flatMap((item) => firstOf(item) ?? [])
}

/**
 * Where an event's batch is torn: from which number on all of it is there up to the event. `undefined` if it is whole so far; the first one
 * of a batch that was stored, all of it, where its beginning had been deleted.
 */
const tornAt = async (
  { context, persistenceId, options, before }: Deletion,
  event: StoredEvent,
): Promise<number | undefined> => {
  const head = await readHeadDownFrom(context, persistenceId, event, options)
  // Read after the events where some are missing: a deletion that has taken them away meanwhile has raised it before.
  const lowMark = head === beginOf(event) ? before : await readLowMark(context, persistenceId, options)
  return isWholeBelow(lowMark, event, head) ? undefined : head
}

/** Is the number that the event's batch lacks taken by now? Then nobody is ever told that the batch was stored. */
const isTaken = async (deletion: Deletion, event: StoredEvent, missing: number): Promise<boolean> =>
  // What lies there is of another batch, or has just come.
  (await putStone(deletion, missing, event)) || (await tornAt(deletion, event)) === missing + 1

/** @returns whether there was nothing yet. */
const putStone = async (deletion: Deletion, sequenceNr: number, ofBatch: StoredEvent): Promise<boolean> => {
  const isStored = await put(deletion, sequenceNr, ofBatch, {
    ConditionExpression: 'attribute_not_exists(#par)',
    ExpressionAttributeNames: { '#par': Attributes.PAR },
  })
  const { tails } = deletion.context
  const tail = tails.get(deletion.persistenceId)
  // Nothing that this process has yet to plug.
  if (isStored && tail?.holes !== undefined)
    tails.set(deletion.persistenceId, { ...tail, holes: tail.holes.filter((hole) => hole.sequenceNr !== sequenceNr) })
  return isStored
}

/**
 * Puts a stone over what lies under a blocked number, so that nothing of it is left; only below the low mark. A packed batch that goes on
 * behind what is deleted stays: it blocks the number as well. Costs a write unit a KiB.
 */
export const clearBlocked = async (
  { context, persistenceId, options }: Deletion,
  { target, blocked }: { readonly target: number; readonly blocked: number },
): Promise<void> => {
  const { config, requests } = context
  try {
    await requests.send(
      'PutItem',
      {
        TableName: config.table,
        Item: steppingStoneItem(config, persistenceId, blocked, randomUUID()),
        ConditionExpression: 'attribute_not_exists(#n) OR #n <= :deleted',
        ExpressionAttributeNames: { '#n': Attributes.PACKED_SIZE },
        ExpressionAttributeValues: { ':deleted': { N: String(target - blocked + 1) } },
      },
      options,
    )
  } catch (error) {
    if (!isConflict(error)) throw error
  }
}

/** @returns whether the event was still there. */
const replaceByStone = (deletion: Deletion, event: StoredEvent): Promise<boolean> =>
  put(deletion, event.sequenceNr, event, {
    // In the older format of the JVM plugins the writer is not to be seen from outside.
    ConditionExpression: '#index = :index AND #last = :last AND (attribute_not_exists(#writer) OR #writer = :writer)',
    ExpressionAttributeNames: {
      '#index': Attributes.INDEX,
      '#last': Attributes.LAST_INDEX,
      '#writer': Attributes.WRITER_UUID,
    },
    ExpressionAttributeValues: {
      ':index': { N: String(event.index) },
      ':last': { N: String(event.lastIndex) },
      ':writer': { S: event.writerUuid },
    },
  })

/** @returns whether the condition held. */
const put = async (
  { context: { config, requests }, persistenceId, options }: Deletion,
  sequenceNr: number,
  { sequenceNr: ofBatch, index, lastIndex }: StoredEvent,
  condition: Pick<
    PutItemCommandInput,
    'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >,
): Promise<boolean> => {
  const hole = { sequenceNr, lastSequenceNr: ofBatch - index + lastIndex }
  const Item = plugItem(config, persistenceId, hole, randomUUID())
  try {
    await requests.send('PutItem', { TableName: config.table, Item, ...condition }, options)
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
