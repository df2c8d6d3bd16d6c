import type { ActorContext, Ref } from 'nact'
import type { SnapshotSelectionCriteria } from '../snapshot-store.js'
import type { Tagged } from './tagged.js'

/** What a persistent actor can do beside what every nact actor can. */
export interface Persistence<State, Msg> {
  /** `true` while stored events are replayed: then state is rebuilt, and nothing may be persisted or sent. */
  readonly recovering: boolean
  readonly persistenceId: string
  /** The actor's highest sequence number in use; while recovering, that of the event being replayed. `0` for a new id. */
  readonly sequenceNr: number
  /** That of the newest snapshot saved or recovered from; `0` if there is none. */
  readonly snapshotSequenceNr: number
  /**
   * Stores an event. The promise need not be awaited: writes keep their order and share requests, and a failure that nobody
   * looks at makes the next step of the actor fail.
   *
   * @param tags - labels for queries, beside those of the `tagger`.
   * @throws {@link WriteRejectedError} nothing was written, the state is as before; also while recovering.
   * @throws {@link FencedError} another writer holds the sequence number: this message fails, and the actor must recover.
   * @throws {@link WriteUncertainError} the outcome is unknown: this message fails, and the actor must recover.
   */
  persist(event: Msg | Tagged<Msg>, tags?: readonly string[]): Promise<void>
  /**
   * Stores several events, all or none; the same promise as with `persist`.
   *
   * @param events - may be {@link tagged} one by one. None at all is no write.
   * @param tags - for every one of them.
   * @throws {@link WriteRejectedError} nothing was written, the state is as before; also while recovering.
   * @throws {@link FencedError} another writer holds a sequence number: this message fails, and the actor must recover.
   * @throws {@link WriteUncertainError} the outcome is unknown: this message fails, and the actor must recover.
   */
  persistAll(events: Iterable<Msg | Tagged<Msg>>, tags?: readonly string[]): Promise<void>
  /**
   * Saves a snapshot, after those being saved. Without a store it does nothing. A failure that nobody looks at is logged.
   *
   * @param state - covers every event persisted so far. Left out: the state from before this message, with the events it covers.
   * @throws {@link WriteRejectedError} nothing was saved; also while recovering, or when an event that it covers was not written.
   * @throws {@link WriteUncertainError} the outcome is unknown; saving again is safe.
   */
  saveSnapshot(state?: State): Promise<void>
  /**
   * Deletes the events up to a sequence number, inclusive; at most all that have been written. Their numbers are not used
   * again. Save a snapshot first: deleted events are not replayed.
   *
   * @throws {@link PersistenceError} it is not an integer from 0 on, the actor is recovering, or the deletion stopped half-way.
   */
  deleteEventsTo(sequenceNr: number): Promise<void>
  /**
   * Deletes the snapshots that match; all of them if nothing is given.
   *
   * @throws {@link PersistenceError} the actor is recovering, or some may still be there.
   */
  deleteSnapshots(criteria?: SnapshotSelectionCriteria): Promise<void>
}

/** The third argument of a persistent actor's function, and its `this`: nact's context and {@link Persistence}. */
export type PersistentContext<State, Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = ActorContext<
  Msg,
  ParentRef
> & {
  /** Whoever sent the message; nact's `Nobody` if it was sent without a sender. */
  readonly sender: Ref<unknown>
} & Persistence<State, Msg>

/** nact's part of a context, as this package hands it on. */
export type NactContext = ActorContext<unknown, Ref<unknown>> & { readonly sender?: Ref<unknown> }

/** A context whose types nobody looks at any more. */
export type AnyContext = PersistentContext<unknown, unknown>

/** An actor function, likewise. */
export type AnyActorFunction = (this: AnyContext, state: unknown, message: unknown, ctx: AnyContext) => unknown
