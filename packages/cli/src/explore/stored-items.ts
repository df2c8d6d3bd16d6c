import { Attributes, PARTITION_SIZE, partitionOf, readJournalItem, type StoredEvent } from '@dynact/dynamodb'
import { isPersistenceError } from '@dynact/persistence'
import { readHundred } from '../inspect/read-hundred.js'
import type { DamagedEntry } from '../page/protocol.js'
import type { Explorer } from './explorer.js'

/** What lies in the table, whether or not a recovery delivers it. */
export type StoredThing = StoredEvent | DamagedEntry

export const isDamaged = (thing: StoredThing): thing is DamagedEntry => 'kind' in thing

/**
 * What is stored of an id from one number to another, both inclusive, in order; at least `max` of it, or all.
 *
 * Where a packed batch begins before `from`, its events are not told.
 */
export const storedItems = async (
  { journal, requests }: Explorer,
  persistenceId: string,
  { from, to, max }: { readonly from: number; readonly to: number; readonly max: number },
  signal: AbortSignal,
): Promise<StoredThing[]> => {
  const things: StoredThing[] = []
  for (let first = from; first <= to && things.length < max; ) {
    const partitionNr = partitionOf(first)
    const last = Math.min(to, partitionNr * PARTITION_SIZE + PARTITION_SIZE - 1)
    for (const item of await readHundred({ journal, requests, signal }, persistenceId, first, last))
      try {
        things.push(...readJournalItem(item, journal.config.table, persistenceId, partitionNr))
      } catch (error) {
        if (!isPersistenceError(error) || error.code !== 'RECOVERY') throw error
        const sequenceNr = partitionNr * PARTITION_SIZE + Number(item[Attributes.NUM]?.N)
        things.push({ kind: 'damaged', sequenceNr, text: error.message })
      }
    first = last + 1
  }
  return things.filter(({ sequenceNr }) => sequenceNr <= to)
}
