import { RecoveryError } from '../errors.js'
import type { SnapshotMetadata, SnapshotSelectionCriteria } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'

/** What a recovery that lacks events has found so far. */
export interface MissingEvents {
  /** That of the snapshot it began with. */
  readonly snapshot: SnapshotMetadata | undefined
  /** The snapshots that it may begin with. */
  readonly criteria: SnapshotSelectionCriteria | undefined
  /** No event between the snapshot and this number, inclusive. */
  readonly toSequenceNr: number
  readonly signal: AbortSignal
}

/**
 * Judges numbers without an event behind the snapshot. A batch that was left out, or a writer that leaves gaps, is no matter.
 * Deleted events are one: an actor that deletes what its snapshots cover has, or had, a snapshot that covers them.
 *
 * @returns whether to begin again, because there is a newer snapshot by now: the actor's last life saved it in the meantime.
 * @throws {@link RecoveryError} there is none.
 */
export const mustBeginAgain = async (
  { persistenceId, engine: { journal, snapshotStore } }: ActorDefinition,
  { snapshot, criteria, toSequenceNr, signal }: MissingEvents,
): Promise<boolean> => {
  const covered = snapshot?.sequenceNr ?? 0
  const known = await journal.readDeletedToSequenceNr?.(persistenceId, { signal })
  const deletedTo = Math.min(toSequenceNr, known ?? toSequenceNr)
  if (deletedTo <= covered) return false
  const newest = await snapshotStore?.loadSnapshot(persistenceId, criteria, { signal })
  if (newest !== undefined && newest.metadata.sequenceNr > covered) return true

  const found = snapshot === undefined ? 'none was found' : `the newest one found is at ${covered}`
  throw new RecoveryError(
    `${persistenceId}: its events up to ${deletedTo} have been deleted in ${journal.name ?? 'the journal'}, so it needs a snapshot at ${deletedTo} or later, but in ${snapshotStore?.name ?? 'the snapshot store'} ${found}. Give the engine the snapshot store that it had, or restore the snapshot from a backup. To go on without those events for good: { recovery: { acceptDeletedEvents: true } }.`,
    { persistenceId, sequenceNr: deletedTo },
  )
}
