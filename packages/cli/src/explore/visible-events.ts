import type { StoredEvent } from '@dynact/dynamodb'
import type { Anomaly } from '@dynact/journal-dynamodb'
import { isPersistenceError, type PersistenceError } from '@dynact/persistence'
import type { Explorer } from './explorer.js'

/** What a recovery sees of a part of a history. */
export interface VisibleEvents {
  readonly events: readonly StoredEvent[]
  /** First and last number of each batch that is left out. */
  readonly torn: readonly (readonly [number, number])[]
  /** There are no more. */
  readonly isEnd: boolean
  /** A damaged item stops every reader; its sequence number is known. */
  readonly failure: { readonly sequenceNr: number; readonly text: string } | undefined
}

const damageOf = (error: unknown): (PersistenceError & { readonly sequenceNr: number }) | undefined =>
  isPersistenceError(error) && error.code === 'RECOVERY' && error.sequenceNr !== undefined
    ? (error as PersistenceError & { readonly sequenceNr: number })
    : undefined

/**
 * What a recovery that starts at `from` sees first: at least `max` events and all up to `through`, if there are so many.
 * Reads a page or two more than that.
 */
export const visibleEvents = async (
  { journal }: Explorer,
  persistenceId: string,
  { from, max, through = 0 }: { readonly from: number; readonly max: number; readonly through?: number },
  signal: AbortSignal,
): Promise<VisibleEvents> => {
  const events: StoredEvent[] = []
  const torn: [number, number][] = []
  const onAnomaly = ({ kind, fromSequenceNr, toSequenceNr }: Anomaly) => {
    if (kind === 'incomplete-write') torn.push([fromSequenceNr, toSequenceNr])
  }
  const options = { signal, priority: 'feed', onAnomaly } as const
  try {
    for await (const page of journal.readStoredEvents(persistenceId, { fromSequenceNr: from }, options)) {
      for (const event of page) events.push(event)
      const last = events.at(-1)?.sequenceNr ?? 0
      if (events.length >= max && last >= through) return { events, torn, isEnd: false, failure: undefined }
    }
    return { events, torn, isEnd: true, failure: undefined }
  } catch (error) {
    const damage = damageOf(error)
    if (damage === undefined) throw error
    return { events, torn, isEnd: false, failure: { sequenceNr: damage.sequenceNr, text: damage.message } }
  }
}
