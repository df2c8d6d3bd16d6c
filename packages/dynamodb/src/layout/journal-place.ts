/**
 * Where an item of a hundred stands: what may be known of it without its payload. Whoever looks for the end of a history, or deletes,
 * reads no more than this, and must not take a damaged item for another one.
 */
import { RecoveryError } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import { PARTITION_SIZE } from './journal-key.js'
import type { Fail } from './legacy-bytes.js'

/** The hash key that an item was found under. */
export interface Hundred {
  /** Named in errors. */
  readonly table: string
  readonly persistenceId: string
  readonly partitionNr: number
}

/** The numbers that an item occupies, and its place in its atomic write. */
export interface JournalPlace {
  readonly first: number
  /** That of a packed batch's last event; else `first`. */
  readonly last: number
  /** 0 for one that stands alone, and for a packed batch. */
  readonly index: number
  /** 0 for one that stands alone, and for a packed batch. */
  readonly lastIndex: number
}

/** A packed batch holds no more events. Stored; may only grow. */
export const MAX_PACKED_EVENTS = 10_000

/**
 * Gives what refuses a stored item.
 * @param what - it is taken for.
 */
export const refusalOf =
  (item: Item, { table, persistenceId, partitionNr }: Hundred, what = 'item'): Fail =>
  (why) => {
    const { PAR, NUM } = Attributes
    const num = item[NUM]?.N
    const par = item[PAR]?.S
    const key = par === undefined ? `${NUM}=${num} of hundred ${partitionNr}` : `${PAR}=${par}, ${NUM}=${num}`
    const sequenceNr = partitionNr * PARTITION_SIZE + Number(num)
    throw new RecoveryError(
      `${persistenceId}: the ${what} ${key} of table ${table} can't be read: ${why}. Look at it, and restore it from a backup or delete it.`,
      { persistenceId, sequenceNr: isNumberOf(partitionNr, sequenceNr) ? sequenceNr : undefined },
    )
  }

const isNumberOf = (partitionNr: number, sequenceNr: number): boolean =>
  Number.isSafeInteger(sequenceNr) && Math.floor(sequenceNr / PARTITION_SIZE) === partitionNr

/**
 * Reads the place of an item; needs its `num`, `n`, `idx` and `cnt` only.
 * @throws {@link RecoveryError} one of them is of another type, or says what can't be.
 */
export const readJournalPlace = (item: Item, hundred: Hundred): JournalPlace => {
  const fail = refusalOf(item, hundred)
  const read = new AttributeReader(item, fail)
  const num = read.integer(Attributes.NUM, 0, PARTITION_SIZE - 1) ?? fail(`${Attributes.NUM} is not there`)
  const size = read.integer(Attributes.PACKED_SIZE, 1, MAX_PACKED_EVENTS) ?? 1
  const index = read.integer(Attributes.INDEX) ?? 0
  const lastIndex = read.integer(Attributes.LAST_INDEX) ?? 0
  if (index < 0 || index > lastIndex) fail(`place ${index} of 0 to ${lastIndex} in its atomic write makes no sense`)
  const first = hundred.partitionNr * PARTITION_SIZE + num
  const last = first + size - 1
  if (!Number.isSafeInteger(last)) fail(`no event has the number ${last}`)
  return { first, last, index, lastIndex }
}
