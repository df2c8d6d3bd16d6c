import { PersistenceError, WriteRejectedError } from './errors.js'
import type { AtomicWrite } from './persistent-repr.js'
import type { SnapshotMetadata } from './snapshot-store.js'

/**
 * Refuses an id that no journal can hold.
 *
 * @throws {@link PersistenceError} it is not a string, is blank (the JVM plugins can't read such an id), or has a lone
 * surrogate (two such ids could have the same UTF-8 form).
 */
export const checkPersistenceId = (persistenceId: unknown): void => {
  if (typeof persistenceId === 'string' && persistenceId.trim() !== '') {
    if (persistenceId.isWellFormed()) return
    const text = `The persistenceId ${JSON.stringify(persistenceId)} has a lone surrogate, which UTF-8 can't hold. Use another id.`
    throw new PersistenceError(text, { persistenceId })
  }
  const got = typeof persistenceId === 'string' ? JSON.stringify(persistenceId) : String(persistenceId)
  throw new PersistenceError(
    `A persistenceId must be a string that is not blank, but this one is ${got}. Give every persistent actor an id of its own.`,
    { persistenceId: String(persistenceId) },
  )
}

const isSequenceNr = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1

/** Journals keep microseconds, as an integer: what is larger could be stored, and not be read any more. */
const isTimestamp = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && Number.isSafeInteger(Math.round(value * 1000))

/**
 * Refuses a write whose events do not belong together.
 *
 * @throws {@link WriteRejectedError} no events, another id among them, sequence numbers that are not contiguous, timestamps that are
 * no times, or texts that UTF-8 can't hold.
 */
export const checkAtomicWrite = ({ persistenceId, events }: AtomicWrite): void => {
  const refuse = (why: string, sequenceNr: number | undefined) => {
    throw new WriteRejectedError(`${persistenceId}: ${why}. Nothing was written.`, { persistenceId, sequenceNr })
  }
  const first = events[0]
  if (first === undefined) return refuse('an atomic write needs at least one event', undefined)
  for (const [index, event] of events.entries()) {
    if (event.persistenceId !== persistenceId)
      refuse(`event ${event.sequenceNr} belongs to another id, ${event.persistenceId}`, event.sequenceNr)
    if (!isSequenceNr(event.sequenceNr))
      refuse(`sequence number ${event.sequenceNr} is not an integer from 1 to 2^53 - 1`, event.sequenceNr)
    if (event.sequenceNr !== first.sequenceNr + index)
      refuse(`event ${event.sequenceNr} does not follow event ${first.sequenceNr + index - 1}`, event.sequenceNr)
    if (event.writerUuid !== first.writerUuid)
      refuse(`event ${event.sequenceNr} names another writer than the first event of the write`, event.sequenceNr)
    if (!isTimestamp(event.timestamp))
      refuse(
        `the timestamp ${event.timestamp} of event ${event.sequenceNr} is not a time in epoch milliseconds, or 0`,
        event.sequenceNr,
      )
    for (const text of [event.manifest, event.writerUuid, ...event.tags])
      if (typeof text !== 'string' || !text.isWellFormed())
        refuse(
          `a tag, manifest or writer of event ${event.sequenceNr} is no text that UTF-8 can hold`,
          event.sequenceNr,
        )
  }
}

/**
 * Refuses a snapshot that no store could give back.
 *
 * @throws {@link WriteRejectedError} its sequence number is none, or its timestamp is no time.
 */
export const checkSnapshotMetadata = ({ persistenceId, sequenceNr, timestamp }: SnapshotMetadata): void => {
  const refuse = (why: string) => {
    throw new WriteRejectedError(`${persistenceId}: ${why}. Nothing was written.`, { persistenceId, sequenceNr })
  }
  if (!Number.isSafeInteger(sequenceNr) || sequenceNr < 0)
    refuse(`sequence number ${sequenceNr} of a snapshot is not an integer from 0 to 2^53 - 1`)
  if (!isTimestamp(timestamp))
    refuse(`the timestamp ${timestamp} of the snapshot at ${sequenceNr} is not a time in epoch milliseconds`)
}
