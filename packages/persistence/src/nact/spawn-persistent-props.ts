import type { PersistentActorProps, Ref } from 'nact'
import { z } from 'zod'
import type { EventAdapter } from '../serialization/event-adapter.js'
import type { PersistenceEngine } from './engine.js'
import { hasMethods } from './engine.js'
import { engineSchema } from './engine-of-actor.js'
import { type Recovery, recoverySchema } from './recovery-options.js'

/** Options of `spawnPersistent`: nact's, and dynact's own. */
export type SpawnPersistentProps<State, Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = PersistentActorProps<
  State,
  Msg,
  ParentRef
> & {
  /**
   * What a recovery reads.
   * @defaultValue the newest snapshot and all events after it
   */
  readonly recovery?: Recovery
  /**
   * Where this actor is stored: an engine, or the name of one of the system's.
   * @defaultValue the system's engine
   */
  readonly engine?: string | PersistenceEngine
  /** Stands between the actor's events and those in the journal, in place of `encoder` and `decoder`. */
  readonly eventAdapter?: EventAdapter<Msg>
  /** Gives tags to every event persisted, beside those of the call. */
  readonly tagger?: (event: Msg) => Iterable<string>
  /**
   * How many snapshots to keep; older ones are deleted when one has been saved. The first time this costs as many reads as
   * snapshots are kept beside the new one.
   * @defaultValue all
   */
  readonly keepSnapshots?: number
}

/** An optional function. */
export const functionSchema = z
  .custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'a function is needed here')
  .optional()

/** An optional {@link EventAdapter}. */
export const eventAdapterSchema = z
  .custom<EventAdapter<unknown>>(
    (value) => hasMethods(value, ['toJournal', 'fromJournal']),
    'an EventAdapter is needed here: { toJournal(event), fromJournal(payload, manifest), manifest?(event) }',
  )
  .optional()

/** How many snapshots to keep. */
export const keepSchema = z.int().positive().optional()

/** Checks {@link SpawnPersistentProps}. */
export const propsSchema = z
  .strictObject({
    /** Milliseconds without a message after which the actor stops; 0: never. */
    shutdownAfter: z.number().nonnegative().optional(),
    onCrash: functionSchema,
    initialState: z.unknown().optional(),
    initialStateFunc: functionSchema,
    afterStop: functionSchema,
    /** Events between two snapshots; 0: none are taken. */
    snapshotEvery: z.number().nonnegative().optional(),
    snapshotEncoder: functionSchema,
    snapshotDecoder: functionSchema,
    encoder: functionSchema,
    decoder: functionSchema,
    engine: engineSchema,
    tagger: functionSchema,
    recovery: recoverySchema,
    eventAdapter: eventAdapterSchema,
    keepSnapshots: keepSchema,
  })
  .refine(({ eventAdapter, encoder, decoder }) => eventAdapter === undefined || !(encoder || decoder), {
    path: ['eventAdapter'],
    error: 'takes the place of encoder and decoder: give one or the other',
  })
