/** The times of events in the feed, where some have none. Pure. */
import { Attributes, type Item, occupiedBy, PARTITION_SIZE, PackedAttributes } from '@dynact/dynamodb'

/** An item of a hundred, with the time that it has or gets. */
export interface TimedItem {
  readonly item: Item
  readonly sequenceNr: number
  /** Epoch microseconds; of a packed batch that of its first event. */
  readonly micros: number
}

const microsOf = (item: Item): number | undefined => {
  const micros = Number(item[Attributes.TIMESTAMP]?.N ?? Number.NaN)
  return Number.isSafeInteger(micros) && micros > 0 ? micros : undefined
}

/** That of the last event of an item. */
const lastMicros = (item: Item, micros: number): number => {
  const size = occupiedBy(item)
  const last = item[Attributes.PACKED_EVENTS]?.L?.at(-1)?.M
  return micros + Number(last?.[PackedAttributes.TIME_OFFSET]?.N ?? size - 1)
}

/** Does the first item have no time, so that it needs that of the event before? */
export const needsTimeBefore = ([first]: readonly Item[]): boolean =>
  first !== undefined && microsOf(first) === undefined

/** Has any of them a time? Then that of the last one does not depend on what is before. */
export const hasTime = (items: readonly Item[]): boolean => items.some((item) => microsOf(item) !== undefined)

/**
 * Gives those without a time a substitute that rises with every event: a microsecond more than the event before, or, where none
 * before has one, the sequence number in microseconds, a time in 1970. The same whenever it is computed.
 *
 * @param before - the time of the event before the first one, in epoch microseconds.
 */
export const timedItems = (items: readonly Item[], partitionNr: number, before: number | undefined): TimedItem[] => {
  let last = before
  return items.map((item) => {
    const sequenceNr = partitionNr * PARTITION_SIZE + Number(item[Attributes.NUM]?.N)
    const micros = microsOf(item) ?? (last === undefined ? Math.max(1, sequenceNr) : last + 1)
    last = lastMicros(item, micros)
    return { item, sequenceNr, micros }
  })
}

/** The time of the last event of them. */
export const timeOfLast = (timed: readonly TimedItem[], before: number | undefined): number | undefined => {
  const last = timed.at(-1)
  return last === undefined ? before : lastMicros(last.item, last.micros)
}
