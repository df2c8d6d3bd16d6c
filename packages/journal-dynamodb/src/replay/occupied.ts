/**
 * Which sequence numbers are in use, by looking at single items: an item occupies one number, a packed batch as many as it
 * has events.
 */
import {
  Attributes,
  type Item,
  isExpiring,
  isUnreadable,
  type JournalPlace,
  MAX_PACKED_EVENTS,
  PARTITION_SIZE,
  partitionOf,
  queryDown,
  queryPages,
  type RequestOptions,
  readable,
  readJournalPlace,
} from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { isWholeBelow, readLowMark } from '../marks.js'
import { readHeadDownFrom } from './batch-head.js'

/** What suffices to know what an item occupies, if it is not deleted. */
const WANTED = ['PACKED_SIZE', 'INDEX', 'LAST_INDEX', 'EXPIRY'] as const

/** An item of an id, by what it occupies, and its place in its atomic batch. */
type OccupiedRange = JournalPlace

const rangeOf = (context: JournalContext, persistenceId: string, item: Item, partitionNr: number): OccupiedRange => {
  const { table } = context.config
  const place = readable(() => readJournalPlace(item, { table, persistenceId, partitionNr }), context.goesOnWithout)
  return place ?? numberOf(item, partitionNr)
}

/** Of an item that can't be read no more is known than where it lies. It may be a stray. */
const numberOf = (item: Item, partitionNr: number): OccupiedRange => {
  const sequenceNr = partitionNr * PARTITION_SIZE + Number(item[Attributes.NUM]?.N)
  return { first: sequenceNr, last: sequenceNr, index: 0, lastIndex: 1 }
}

/**
 * Is an item certainly no stray of a dead writer, which may lie under a packed batch of another one? One that stands alone is none, nor is
 * the last one of a batch that is whole: to know that, the batch is read down to its beginning, or to the low mark.
 */
const isNoStray = async (
  context: JournalContext,
  persistenceId: string,
  { first, index, lastIndex }: OccupiedRange,
  options: RequestOptions,
): Promise<boolean> => {
  if (lastIndex === 0) return true
  if (index < lastIndex) return false
  const place = { sequenceNr: first, index }
  try {
    const head = await readHeadDownFrom(context, persistenceId, place, options)
    if (head === first - index) return true
    return isWholeBelow(await readLowMark(context, persistenceId, options), place, head)
  } catch (error) {
    // Whoever wants to have the damaged item fails then, and says so.
    if (isUnreadable(error)) return false
    throw error
  }
}

/** The nearest item at or before a sequence number, within its hundred. One request, one item read, unless that is deleted. */
export const nearestInPartition = async (
  context: JournalContext,
  persistenceId: string,
  sequenceNr: number,
  options: RequestOptions,
): Promise<OccupiedRange | undefined> => {
  const partitionNr = partitionOf(sequenceNr)
  const input = queryDown(context.config, persistenceId, partitionNr, sequenceNr, WANTED)
  const { Items } = await context.requests.send('Query', { ...input, Limit: 1 }, options)
  const nearest = Items?.[0]
  if (nearest === undefined) return undefined
  if (!isExpiring(nearest)) return rangeOf(context, persistenceId, nearest, partitionNr)
  return (await allInPartition(context, persistenceId, sequenceNr, options))[0]
}

/** All items at or before a sequence number, within its hundred, nearest first. */
const allInPartition = async (
  context: JournalContext,
  persistenceId: string,
  sequenceNr: number,
  options: RequestOptions,
): Promise<OccupiedRange[]> => {
  const partitionNr = partitionOf(sequenceNr)
  const input = queryDown(context.config, persistenceId, partitionNr, sequenceNr, WANTED)
  const ranges: OccupiedRange[] = []
  for await (const items of queryPages(context.requests, input, options))
    for (const item of items) if (!isExpiring(item)) ranges.push(rangeOf(context, persistenceId, item, partitionNr))
  return ranges
}

/** The last number of a hundred. */
const lastNrOf = (partitionNr: number): number => (partitionNr + 1) * PARTITION_SIZE - 1

/** Is there any item in a hundred? One request, one item read, unless that is deleted. */
export const isInUse = async (
  context: JournalContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<boolean> => (await nearestInPartition(context, persistenceId, lastNrOf(partitionNr), options)) !== undefined

/**
 * The highest number in use in a hundred, or behind it by a packed batch that reaches further; `undefined` when it is empty. One request, one
 * item read, as a rule; where the last event is that of a batch, one request more, which reads the batch.
 *
 * @param trusted - the event of this number, if there is one, is known to be the last of a whole batch.
 */
export const lastInPartition = async (
  context: JournalContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
  trusted?: number,
): Promise<number | undefined> => {
  const nearest = await nearestInPartition(context, persistenceId, lastNrOf(partitionNr), options)
  if (nearest === undefined || (nearest.last === trusted && nearest.index === nearest.lastIndex)) return nearest?.last
  if (await isNoStray(context, persistenceId, nearest, options)) return nearest.last
  return (await findCoveringBatch(context, persistenceId, nearest.last + 1, 0, options))?.last ?? nearest.last
}

/** A packed batch reaches over at most this many hundreds. */
const MAX_LOOK_BACK = Math.ceil(MAX_PACKED_EVENTS / PARTITION_SIZE) + 1

/**
 * The packed batch that a sequence number lies inside of, behind its first event, if it does: the nearest item before the
 * number tells. Looks at most 101 hundreds back, and no further than `notBelow`.
 */
export const findCoveringBatch = async (
  context: JournalContext,
  persistenceId: string,
  sequenceNr: number,
  notBelow: number,
  options: RequestOptions,
): Promise<OccupiedRange | undefined> => {
  const covers = ({ first, last }: OccupiedRange) => last > first && last >= sequenceNr
  const nearestPartition = partitionOf(sequenceNr - 1)
  const lowestPartition = Math.max(partitionOf(notBelow), nearestPartition - MAX_LOOK_BACK)
  for (let partitionNr = nearestPartition; partitionNr >= lowestPartition; partitionNr--) {
    const from = Math.min(sequenceNr - 1, lastNrOf(partitionNr))
    const nearest = await nearestInPartition(context, persistenceId, from, options)
    if (nearest === undefined) continue
    if (covers(nearest)) return nearest
    if (await isNoStray(context, persistenceId, nearest, options)) return undefined
    // It may lie under the batch: then all of the hundred is looked at.
    for (const range of (await allInPartition(context, persistenceId, from, options)).slice(1)) {
      if (covers(range)) return range
      if (await isNoStray(context, persistenceId, range, options)) return undefined
    }
  }
  return undefined
}
