import { RecoveryError } from '../errors.js'
import type { Journal } from '../journal.js'

/**
 * Fails when events were deleted while they were being replayed: the state that came of it lacks some in its middle, or at its end.
 *
 * @param emptyAfter - number of an event that was replayed, and behind which numbers without one were met.
 * @param deletedTo - how far events are deleted, asked for after that.
 * @throws {@link RecoveryError} deleted are events behind it.
 */
export const assertNoneDeletedMeanwhile = (
  persistenceId: string,
  journal: Journal,
  emptyAfter: number,
  deletedTo: number,
): void => {
  if (deletedTo <= emptyAfter) return
  throw new RecoveryError(
    `${persistenceId}: its events up to ${deletedTo} were deleted in ${journal.name ?? 'the journal'} while they were being replayed, and some behind event ${emptyAfter} are missing. Recover again: that begins behind what was deleted, with the snapshot that covers it. If it fails again, a deletion was interrupted: delete the events up to ${deletedTo} once more.`,
    { persistenceId, sequenceNr: emptyAfter + 1 },
  )
}
