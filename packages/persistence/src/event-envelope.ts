import type { Offset } from './offset.js'
import type { PersistentRepr } from './persistent-repr.js'
import type { EventEnvelope } from './read-journal.js'
import { sliceOf } from './slice.js'

/** The envelope of an event. Its offset is made when it is first looked at, and then stays. */
export const eventEnvelope = <E, O extends Offset>(repr: PersistentRepr, offsetOf: () => O): EventEnvelope<E, O> => {
  const { persistenceId, sequenceNr, payload, manifest, timestamp, tags } = repr
  let make: (() => O) | undefined = offsetOf
  let offset: O | undefined
  return {
    get offset() {
      offset ??= make?.()
      make = undefined
      return offset as O
    },
    persistenceId,
    sequenceNr,
    event: payload as E,
    manifest,
    timestamp,
    tags,
    slice: sliceOf(persistenceId),
  }
}
