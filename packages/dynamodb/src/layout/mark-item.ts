import { RecoveryError } from '@dynact/persistence'
import { AttributeReader } from './attribute-reader.js'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import { MAX_PACKED_EVENTS } from './journal-place.js'

/** What a low mark says. */
export interface StoredLowMark {
  /** The first event that is not deleted; 0 or 1 when none is. */
  readonly sequenceNr: number
  /** The first event of the packed batch that it cuts, if it does. */
  readonly cutBatch: number | undefined
  /**
   * The first event of the batch that it cuts, of events in their own items; its own number if it cuts none. Unknown where a JVM has
   * deleted.
   */
  readonly batchBegin: number | undefined
}

/**
 * Reads the item of a low mark. What it says can't be found out in another way: not to know it would let deleted events come back, and
 * their numbers be used again.
 *
 * @param table - named in the error.
 * @throws {@link RecoveryError} an attribute is missing, or of another type, or says what can't be.
 */
export const readLowMarkItem = (item: Item, table: string, persistenceId: string): StoredLowMark => {
  const fail = (why: string): never => {
    throw new RecoveryError(
      `${persistenceId}: the low mark ${Attributes.PAR}=${item[Attributes.PAR]?.S} of table ${table} can't be read: ${why}. It tells how far events are deleted: restore it from a backup, or set ${Attributes.SEQ} to the number of the first event that is there.`,
      { persistenceId },
    )
  }
  const read = new AttributeReader(item, fail)
  const sequenceNr = read.integer(Attributes.SEQ, 0) ?? fail(`${Attributes.SEQ} is not there`)
  const cutBatch = read.integer(Attributes.CUT_BATCH, Math.max(1, sequenceNr - MAX_PACKED_EVENTS), sequenceNr)
  const batchBegin = read.integer(Attributes.BATCH_BEGIN, 1, sequenceNr)
  return { sequenceNr, cutBatch, batchBegin }
}
