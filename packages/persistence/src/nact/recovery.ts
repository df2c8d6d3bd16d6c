import { RecoveryError } from '../errors.js'
import type { PersistentRepr } from '../persistent-repr.js'
import type { SelectedSnapshot, SnapshotMetadata, SnapshotSelectionCriteria } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'
import { breathe } from './breathe.js'
import { mustBeginAgain } from './deleted-events.js'
import { assertNoneDeletedMeanwhile } from './deleted-meanwhile.js'
import type { RecoveryOptions } from './recovery-options.js'

/** What a recovery asks of its actor. */
export interface RecoverySteps {
  /** Gives the state before the first event, where there is no snapshot. */
  readonly initialState: () => unknown
  /** Applies one event. */
  readonly apply: (state: unknown, event: unknown, sequenceNr: number) => Promise<unknown>
  /** Told of every stored timestamp, in epoch milliseconds. */
  readonly observe: (timestamp: number) => void
  /** Called now and then; throws when the recovery is no longer wanted. */
  readonly checkpoint: () => void
  readonly signal: AbortSignal
}

/** What a recovery found. */
export interface Recovered {
  readonly state: unknown
  /** Highest sequence number in use, numbers without an event included. */
  readonly sequenceNr: number
  /**
   * Up to this number the state is final. Behind it, up to `sequenceNr`, may lie a batch that a dead writer did not finish: nobody can
   * tell that it never will be, until the next write has plugged it.
   */
  readonly coversTo: number
  readonly snapshot: SnapshotMetadata | undefined
  /** Stored events replayed after the snapshot. */
  readonly events: number
  /** Does the state cover all events up to `sequenceNr`? */
  readonly isComplete: boolean
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

const decodeEvent = (
  { codec }: ActorDefinition,
  { persistenceId, sequenceNr, payload, manifest }: PersistentRepr,
): readonly unknown[] => {
  try {
    return codec.decode(payload, manifest)
  } catch (cause) {
    const which = manifest === '' ? '' : ` (manifest ${JSON.stringify(manifest)})`
    throw new RecoveryError(
      `${persistenceId}: the stored event ${sequenceNr}${which} can't be turned into an event: ${reasonOf(cause)}. Let the eventAdapter, or the decoder, read what was once stored.`,
      { persistenceId, sequenceNr, cause },
    )
  }
}

const decodeSnapshot = ({ decodeSnapshot: decode }: ActorDefinition, { metadata, snapshot }: SelectedSnapshot) => {
  try {
    return decode(snapshot)
  } catch (cause) {
    const { persistenceId, sequenceNr } = metadata
    throw new RecoveryError(
      `${persistenceId}: the snapshot at ${sequenceNr} can't be turned into a state: ${reasonOf(cause)}. Let its adapter read what was once stored, or, if none of its events have been deleted, recover without it: { recovery: { fromSnapshot: false } }.`,
      { persistenceId, sequenceNr, cause },
    )
  }
}

/** Never a snapshot beyond the last event to replay. */
const snapshotCriteria = ({ fromSnapshot, toSequenceNr }: RecoveryOptions): SnapshotSelectionCriteria | undefined => {
  const criteria = fromSnapshot === false ? undefined : fromSnapshot
  if (toSequenceNr === undefined) return criteria
  return { ...criteria, maxSequenceNr: Math.min(toSequenceNr, criteria?.maxSequenceNr ?? toSequenceNr) }
}

/**
 * Newest snapshot that matches, then the events after it, one at a time: memory stays flat, and the event loop gets its turns.
 *
 * @throws {@link RecoveryError} what is stored can't be read, a decoder or adapter failed, events were deleted while they were being
 * replayed, or the actor deletes what its snapshots cover and no snapshot covers what was deleted.
 * @throws {@link SerializationError} the snapshot or an event can't be deserialized.
 * @throws whatever `apply` and `checkpoint` throw, and the signal's reason.
 */
export const recover = async (definition: ActorDefinition, steps: RecoverySteps): Promise<Recovered> => {
  const { persistenceId, engine, recovery } = definition
  const { initialState, apply, observe, checkpoint, signal } = steps
  if (recovery === 'disabled') {
    const sequenceNr = await engine.journal.readHighestSequenceNr(persistenceId, undefined, { signal })
    const isComplete = sequenceNr === 0
    return { state: initialState(), sequenceNr, coversTo: 0, snapshot: undefined, events: 0, isComplete }
  }

  const { toSequenceNr, replayMax } = recovery
  const criteria = snapshotCriteria(recovery)
  const selected =
    recovery.fromSnapshot === false
      ? undefined
      : await engine.snapshotStore?.loadSnapshot(persistenceId, criteria, { signal })
  const snapshot = selected?.metadata
  let state = selected === undefined ? initialState() : decodeSnapshot(definition, selected)
  let sequenceNr = snapshot?.sequenceNr ?? 0
  if (snapshot !== undefined) observe(snapshot.timestamp)

  const range = { fromSequenceNr: sequenceNr + 1, toSequenceNr, max: replayMax }
  const replay = engine.journal.replayEvents(persistenceId, range, { signal })
  const isLimited = toSequenceNr !== undefined || replayMax !== undefined
  /** Must the recovery begin again, because events are missing up to this number? */
  const lacksEventsTo = async (last: number): Promise<boolean> => {
    if (!definition.deleteCoveredEvents || recovery.fromSnapshot === false || recovery.acceptDeletedEvents) return false
    if (last <= (snapshot?.sequenceNr ?? 0) || replayMax === 0) return false
    return mustBeginAgain(definition, { snapshot, criteria, toSequenceNr: last, signal })
  }
  let events = 0
  let first: number | undefined
  /** The event before the first numbers, behind another one, that hold none. */
  let emptyAfter: number | undefined
  for await (const event of replay) {
    // A journal that answers from memory need not look at the signal.
    signal.throwIfAborted()
    if (first === undefined && (await lacksEventsTo(event.sequenceNr - 1))) return recover(definition, steps)
    if (first !== undefined && event.sequenceNr > sequenceNr + 1) emptyAfter ??= sequenceNr
    sequenceNr = event.sequenceNr
    first ??= sequenceNr
    observe(event.timestamp)
    if (event.deleted !== true) {
      for (const one of decodeEvent(definition, event)) state = await apply(state, one, sequenceNr)
      events += 1
    }
    if (await breathe()) checkpoint()
  }
  signal.throwIfAborted()
  const highest = Math.max(sequenceNr, await replay.highestSequenceNr)
  const end = replayMax === undefined ? Math.min(highest, toSequenceNr ?? highest) : sequenceNr
  const deletedTo =
    emptyAfter !== undefined || sequenceNr < end
      ? ((await engine.journal.readDeletedToSequenceNr?.(persistenceId, { signal })) ?? 0)
      : 0
  if (first !== undefined && !recovery.acceptDeletedEvents)
    assertNoneDeletedMeanwhile(persistenceId, engine.journal, emptyAfter ?? sequenceNr, deletedTo)
  // Without any event, a journal that can't tell what has been deleted can't tell it from what a limit left out, either.
  const canTell = !isLimited || engine.journal.readDeletedToSequenceNr !== undefined
  if (first === undefined && canTell && (await lacksEventsTo(Math.min(highest, toSequenceNr ?? highest))))
    return recover(definition, steps)
  // Events that the snapshot left out of account covers may have been deleted: then the state lacks them.
  const lacksFirst = recovery.fromSnapshot !== undefined && (first ?? highest + 1) > (snapshot?.sequenceNr ?? 0) + 1
  const isComplete = !lacksFirst && (!isLimited || sequenceNr === highest)
  const coversTo = Math.max(sequenceNr, Math.min(deletedTo, highest))
  return { state, sequenceNr: highest, coversTo, snapshot, events, isComplete }
}
