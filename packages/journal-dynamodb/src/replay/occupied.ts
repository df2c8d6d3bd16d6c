/**
 * Which sequence numbers are in use, by looking at single items: an item occupies one number, a packed batch as many as it
 * has events.
 */
import {
  Attributes,
  type Item,
  isExpiring,
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

/** What suffices to know what an item occupies, if it is not deleted. */
const WANTED = ['PACKED_SIZE', 'INDEX', 'LAST_INDEX', 'EXPIRY'] as const

/** An item of an id, by what it occupies. */
export interface OccupiedRange {
  readonly first: number
  readonly last: number
  /** Of an atomic batch, and not its last event: may be a stray whose batch was never completed. */
  readonly isInsideBatch: boolean
}

const rangeOf = (context: JournalContext, persistenceId: string, item: Item, partitionNr: number): OccupiedRange => {
  const { table } = context.config
  const place = readable(() => readJournalPlace(item, { table, persistenceId, partitionNr }), context.goesOnWithout)
  if (place === undefined) return numberOf(item, partitionNr)
  return { first: place.first, last: place.last, isInsideBatch: place.index < place.lastIndex }
}

/** Of an item that can't be read no more is known than where it lies. */
const numberOf = (item: Item, partitionNr: number): OccupiedRange => {
  const sequenceNr = partitionNr * PARTITION_SIZE + Number(item[Attributes.NUM]?.N)
  return { first: sequenceNr, last: sequenceNr, isInsideBatch: true }
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

/** The highest number in use in a hundred, `undefined` when it is empty. One request, one item read, as a rule. */
export const lastInPartition = async (
  context: JournalContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<number | undefined> => {
  const lastNr = (partitionNr + 1) * PARTITION_SIZE - 1
  const nearest = await nearestInPartition(context, persistenceId, lastNr, options)
  // A stray of a dead writer may lie under a packed batch that reaches further: then all of the hundred is looked at.
  if (nearest === undefined || !nearest.isInsideBatch) return nearest?.last
  const all = await allInPartition(context, persistenceId, lastNr, options)
  return all.reduce((highest, { last }) => Math.max(highest, last), nearest.last)
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
    const from = Math.min(sequenceNr - 1, (partitionNr + 1) * PARTITION_SIZE - 1)
    const nearest = await nearestInPartition(context, persistenceId, from, options)
    if (nearest === undefined) continue
    if (!nearest.isInsideBatch) return covers(nearest) ? nearest : undefined
    // Perhaps a stray of a dead writer under the batch: then all of the hundred is looked at.
    const all = await allInPartition(context, persistenceId, from, options)
    const covering = all.find(covers)
    if (covering !== undefined || all.some(({ isInsideBatch }) => !isInsideBatch)) return covering
  }
  return undefined
}
