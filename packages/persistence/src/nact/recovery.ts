import type { SnapshotMetadata } from '../snapshot-store.js'
import type { ActorDefinition } from './actor-definition.js'
import { breather } from './breathe.js'

/** What a recovery asks of its actor. */
export interface RecoverySteps {
  /** Gives the state before the first event, where there is no snapshot. */
  readonly initialState: () => unknown
  /** Applies one stored event. */
  readonly apply: (state: unknown, event: unknown, sequenceNr: number) => Promise<unknown>
  /** Told of every stored timestamp, in epoch milliseconds. */
  readonly observe: (timestamp: number) => void
  readonly signal: AbortSignal
}

/** What a recovery found. */
export interface Recovered {
  readonly state: unknown
  /** Highest sequence number in use, numbers without an event included. */
  readonly sequenceNr: number
  readonly snapshot: SnapshotMetadata | undefined
  /** Events replayed after the snapshot. */
  readonly events: number
}

/**
 * Newest snapshot, then the events after it, one at a time: memory stays flat, and the event loop gets its turns.
 *
 * @throws {@link RecoveryError} what is stored can't be read.
 * @throws {@link SerializationError} the snapshot or an event can't be deserialized.
 * @throws whatever a decoder or `apply` throws, and the signal's reason.
 */
export const recover = async (
  { persistenceId, engine, decode, decodeSnapshot }: ActorDefinition,
  { initialState, apply, observe, signal }: RecoverySteps,
): Promise<Recovered> => {
  signal.throwIfAborted()
  const selected = await engine.snapshotStore?.loadSnapshot(persistenceId, undefined, { signal })
  const snapshot = selected?.metadata
  let state = selected === undefined ? initialState() : decodeSnapshot(selected.snapshot)
  let sequenceNr = snapshot?.sequenceNr ?? 0
  if (snapshot !== undefined) observe(snapshot.timestamp)

  const replay = engine.journal.replayEvents(persistenceId, { fromSequenceNr: sequenceNr + 1 }, { signal })
  const breathe = breather()
  let events = 0
  for await (const event of replay) {
    // A journal that answers from memory need not look at the signal.
    signal.throwIfAborted()
    sequenceNr = event.sequenceNr
    observe(event.timestamp)
    if (event.deleted !== true) {
      state = await apply(state, decode(event.payload), sequenceNr)
      events += 1
    }
    await breathe()
  }
  signal.throwIfAborted()
  return { state, sequenceNr: Math.max(sequenceNr, await replay.highestSequenceNr), snapshot, events }
}
