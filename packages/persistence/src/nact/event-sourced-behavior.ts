import type { ActorContext, Ref } from 'nact'
import { z } from 'zod'
import type { WriteRejectedError } from '../errors.js'
import type { EventAdapter } from '../serialization/event-adapter.js'
import type { SnapshotAdapter } from '../serialization/snapshot-adapter.js'
import type { RestartBackoff } from './backoff.js'
import type { Effect } from './effect.js'
import { hasMethods, type PersistenceEngine } from './engine.js'
import { engineSchema } from './engine-of-actor.js'
import type { Persistence } from './persistent-context.js'
import { type Recovery, recoverySchema } from './recovery-options.js'
import { eventAdapterSchema, functionSchema, keepSchema } from './spawn-persistent-props.js'

/** What the functions of a behavior get to see: nact's context, and who and how far the actor is. */
export type EventSourcedContext<Command = unknown, ParentRef extends Ref<unknown> = Ref<unknown>> = ActorContext<
  Command,
  ParentRef
> & {
  /** Whoever sent the command; nact's `Nobody` if it was sent without a sender. */
  readonly sender: Ref<unknown>
} & Pick<Persistence<unknown, unknown>, 'persistenceId' | 'recovering' | 'sequenceNr' | 'snapshotSequenceNr'>

/** When an actor saves snapshots, and what it deletes then. */
export interface SnapshotRules<State, Event> {
  /**
   * After so many events.
   * @defaultValue never
   */
  readonly every?: number | undefined
  /** After the events of a command, if this is true of one of them. `state` is the one that the event led to. */
  when?(state: State, event: Event, sequenceNr: number): boolean
  /**
   * How many snapshots to keep. The first deletion costs as many reads as snapshots are kept beside the new one.
   * @defaultValue all; 1 with `deleteEvents`
   */
  readonly keep?: number | undefined
  /**
   * Delete the events up to the oldest snapshot kept? Only after the new snapshot has been stored. A recovery that then finds no
   * snapshot to cover what was deleted fails; see `acceptDeletedEvents` of {@link RecoveryOptions}.
   * @defaultValue `false`
   */
  readonly deleteEvents?: boolean | undefined
  readonly adapter?: SnapshotAdapter<State> | undefined
}

/** An event-sourced actor, declared: commands lead to events, and events to states. */
export interface EventSourcedBehavior<State, Command, Event> {
  /** Names what is stored; one live actor per id. */
  readonly persistenceId: string
  /** The state before the first event, or what makes it: called for every recovery. */
  readonly initialState: State | (() => State)
  /**
   * Decides on a command. The next one is handled when this one's events are stored and applied and its side effects have run.
   * What it throws stops the actor.
   */
  onCommand(
    state: State,
    command: Command,
    ctx: EventSourcedContext<Command>,
  ): Effect<State, Event> | Promise<Effect<State, Event>>
  /**
   * Gives the state after an event: purely, from its arguments, and without changing them. It is called for new events before
   * they are stored, so that one that it throws at is never stored, and for stored ones when the actor recovers.
   */
  onEvent(state: State, event: Event): State
  /**
   * What a recovery reads.
   * @defaultValue the newest snapshot and all events after it
   */
  readonly recovery?: Recovery | undefined
  /**
   * Where this actor is stored: an engine, or the name of one of the system's.
   * @defaultValue the system's engine
   */
  readonly engine?: string | PersistenceEngine | undefined
  readonly eventAdapter?: EventAdapter<Event> | undefined
  /** Gives tags to every event, beside its own. */
  tagger?(event: Event): Iterable<string>
  readonly snapshots?: SnapshotRules<State, Event> | undefined
  /** Called after every recovery, before the first command. What it throws fails the recovery. */
  onRecoveryCompleted?(state: State, ctx: EventSourcedContext<Command>): void | Promise<void>
  /** Called when a recovery has failed, before the actor stops or recovers again. */
  onRecoveryFailure?(error: unknown, ctx: EventSourcedContext<Command>): void | Promise<void>
  /**
   * What to do when events may or may not be stored (`WRITE_UNCERTAIN`), or another writer holds their numbers (`FENCED`). The
   * command fails either way. `'stop'` stops the actor. `restart` recovers after a pause that grows with every failure in a row,
   * after failed recoveries too. Fenced five times in a row it always stops: another live actor has its id.
   * @defaultValue recovers after a pause of up to 50 ms, doubled to at most 5 s; stops when a recovery fails
   */
  readonly onPersistFailure?: 'stop' | { readonly restart: RestartBackoff } | undefined
  /**
   * Called when nothing of a command's events was stored: one of them can't be stored, is too large, or was refused. The state
   * is as before, and the actor goes on.
   * @defaultValue the error is reported, in the system's log or as a process warning
   */
  onPersistRejected?(
    error: WriteRejectedError,
    command: Command,
    ctx: EventSourcedContext<Command>,
  ): void | Promise<void>
  /**
   * Milliseconds without a command after which the actor stops; recoveries do not count.
   * @defaultValue never
   */
  readonly shutdownAfter?: number | undefined
}

const needed = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'a function is needed here',
)

const plainSchema = z.strictObject({
  persistenceId: z.unknown(), // Has a check of its own.
  initialState: z.unknown().optional(),
  onCommand: needed,
  onEvent: needed,
  recovery: recoverySchema,
  engine: engineSchema,
  eventAdapter: eventAdapterSchema,
  tagger: functionSchema,
  snapshots: z
    .strictObject({
      every: z.int().positive().optional(),
      when: functionSchema,
      keep: keepSchema,
      deleteEvents: z.boolean().optional(),
      adapter: z
        .custom<SnapshotAdapter>(
          (value) => hasMethods(value, ['toJournal', 'fromJournal']),
          'a SnapshotAdapter is needed here: { toJournal(state), fromJournal(snapshot) }',
        )
        .optional(),
    })
    .optional(),
  onRecoveryCompleted: functionSchema,
  onRecoveryFailure: functionSchema,
  onPersistFailure: z
    .union(
      [
        z.literal('stop'),
        z.strictObject({
          restart: z
            .strictObject({
              minBackoffMs: z.number().nonnegative(),
              maxBackoffMs: z.number().nonnegative(),
              randomFactor: z.number().nonnegative().optional(),
            })
            .refine(({ minBackoffMs, maxBackoffMs }) => minBackoffMs <= maxBackoffMs),
        }),
      ],
      {
        error: "'stop' is needed here, or { restart: { minBackoffMs, maxBackoffMs, randomFactor? } }, in milliseconds",
      },
    )
    .optional(),
  onPersistRejected: functionSchema,
  shutdownAfter: z.number().nonnegative().optional(),
})

/** Has fields of its own beside the parts of a behavior. */
const classSchema = z.looseObject(plainSchema.shape)

/**
 * Checks an {@link EventSourcedBehavior}: for parts that are missing or of the wrong kind and, unless it is an instance of a
 * class, for parts that there are not.
 */
export const behaviorSchema = (behavior: object): z.ZodType =>
  Object.getPrototypeOf(behavior) === Object.prototype ? plainSchema : classSchema
