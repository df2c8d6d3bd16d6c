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
import { readLowMark } from './marks.js'
import { readHeadDownFrom } from './replay/batch-head.js'
import { findCoveringBatch } from './replay/occupied.js'
import { plugItem } from './write/plug-item.js'

/** A deletion that is about to begin. */
interface Cut {
  readonly context: JournalContext
  readonly persistenceId: string
  readonly options: RequestOptions
}

/** What is to be deleted then. */
export interface SealedCut {
  /** Up to here: what was wanted, or one less, to keep the last event of a torn batch at the end of the history. */
  readonly target: number
  /** But for this number of a torn batch: as long as something lies there, that batch can't be completed. */
  readonly blocked?: number
}

/**
 * Sees to it that a deletion does not cut a torn batch, of which some events were never stored or lost against those of another writer.
 * Replays take what lies below the low mark for present, since it may have been: the rest of the batch would look whole. So a torn
 * batch is first kept from being completed, by a stepping stone in a hole of it, and then from going on right behind the cut, by
 * another one, in the place of its event where there is one. Neither takes anything away that a replay would have shown.
 *
 * Costs one request, and the read units of two items. Only where it is about to cut a batch does it read that down to its beginning.
 */
export const sealTornBatch = async (cut: Cut, target: number): Promise<SealedCut> => {
  try {
    // Comes round again only when somebody has changed what it has just read.
    for (let to = target; ; ) {
      const { last, next } = await aroundCut(cut, to)
      if (next === undefined) {
        if (last === undefined || last.index === last.lastIndex || (await isPresent(cut, last))) return { target: to }
        to--
      } else if (next.sequenceNr - next.index > to) {
        return { target: to }
      } else if (next.sequenceNr > to + 1) {
        if (await putStone(cut, to + 1, next)) return { target: to }
      } else {
        const blocked = await missingBefore(cut, next)
        if (blocked === undefined) return { target: to }
        if ((await isDead(cut, next, blocked)) && (await replaceByStone(cut, next))) return { target: to, blocked }
      }
    }
  } catch (error) {
    // No replay goes past an item that can't be read. Whether it is one of the batch is for whoever mends it to say.
    if (isUnreadable(error)) return { target }
    throw error
  }
}

/** The event right before the cut, and the first one behind it, if they lie in the hundred that begins behind it or goes on there. */
const aroundCut = async (
  { context: { config, requests }, persistenceId, options }: Cut,
  to: number,
): Promise<{ readonly last?: StoredEvent | undefined; readonly next?: StoredEvent | undefined }> => {
  const partitionNr = partitionOf(to + 1)
  const { Items = [] } = await requests.send(
    'Query',
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par AND #num >= :num',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#num': Attributes.NUM },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey(config, persistenceId, partitionNr) },
        ':num': { N: String(Math.max(0, to - partitionNr * PARTITION_SIZE)) },
      },
      ConsistentRead: true,
      Limit: 2,
    },
    options,
  )
  const firstOf = (item: Item): StoredEvent | undefined =>
    isExpiring(item) ? undefined : readJournalItem(item, config.table, persistenceId, partitionNr)[0]
  const events = Items.flatMap((item) => firstOf(item) ?? [])
  return {
    last: events.find(({ sequenceNr }) => sequenceNr === to),
    next: events.find(({ sequenceNr }) => sequenceNr > to),
  }
}

/** The nearest number before an event of a batch that its batch lacks, and has not had deleted; `undefined` for none. */
const missingBefore = async (
  { context, persistenceId, options }: Cut,
  event: StoredEvent,
): Promise<number | undefined> => {
  const head = await readHeadDownFrom(context, persistenceId, event, options)
  if (head === event.sequenceNr - event.index) return undefined
  // Read after the events: a deletion that went further, and has taken them away meanwhile, has raised it before.
  const lowMark = await readLowMark(context, persistenceId, options)
  // What lies below a mark that cuts a packed batch was that one's.
  return lowMark.sequenceNr >= head && lowMark.cutBatch === undefined ? undefined : head - 1
}

/** Is all of its batch there that comes before the event, or does the event lie under a packed batch? */
const isPresent = async (cut: Cut, event: StoredEvent): Promise<boolean> => {
  if ((await missingBefore(cut, event)) === undefined) return true
  const { context, persistenceId, options } = cut
  return (await findCoveringBatch(context, persistenceId, event.sequenceNr, 1, options)) !== undefined
}

/** Is the number that the event's batch lacks taken by now? Then nobody is ever told that the batch was stored. */
const isDead = async (cut: Cut, event: StoredEvent, missing: number): Promise<boolean> =>
  // What lies there is of another batch, or has just come.
  (await putStone(cut, missing, event)) || (await missingBefore(cut, event)) === missing

/** @returns whether there was nothing yet. */
const putStone = async (cut: Cut, sequenceNr: number, ofBatch: StoredEvent): Promise<boolean> => {
  const isStored = await put(cut, sequenceNr, ofBatch, {
    ConditionExpression: 'attribute_not_exists(#par)',
    ExpressionAttributeNames: { '#par': Attributes.PAR },
  })
  const { tails } = cut.context
  const tail = tails.get(cut.persistenceId)
  // Nothing that this process has yet to plug.
  if (isStored && tail?.holes !== undefined)
    tails.set(cut.persistenceId, { ...tail, holes: tail.holes.filter((hole) => hole.sequenceNr !== sequenceNr) })
  return isStored
}

/**
 * Puts a stone over what lies under a blocked number, so that nothing of it is left; only below the low mark. A packed batch that goes on
 * behind what is deleted stays: it blocks the number as well. Costs a write unit a KiB.
 */
export const clearBlocked = async (
  { context, persistenceId, options }: Cut,
  { target, blocked }: Required<SealedCut>,
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
const replaceByStone = (cut: Cut, event: StoredEvent): Promise<boolean> =>
  put(cut, event.sequenceNr, event, {
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
  { context: { config, requests }, persistenceId, options }: Cut,
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
