import type { Ref } from 'nact'
import { parseConfig } from '../config.js'
import { checkPersistenceId } from '../validation.js'
import type { ActorDefinition } from './actor-definition.js'
import { backoffMs, restartBackoffMs } from './backoff.js'
import { commandHandler, eventHandler } from './command-handler.js'
import { engineOfActor } from './engine-of-actor.js'
import { eventCodec } from './event-codec.js'
import { behaviorSchema, type EventSourcedBehavior } from './event-sourced-behavior.js'
import { spawnActor } from './spawn-actor.js'
import { DEFAULT_POLICY, type FailurePolicy } from './supervision.js'

const policyOf = ({ onPersistFailure }: EventSourcedBehavior<unknown, unknown, unknown>): FailurePolicy => {
  if (onPersistFailure === undefined) return DEFAULT_POLICY
  const restarts = onPersistFailure !== 'stop'
  return { recoversAfterWrites: restarts, recoversAfterRecoveries: restarts }
}

/**
 * Spawns an event-sourced actor. It recovers at once (newest snapshot, then the events after it, through `onEvent`) and handles
 * commands after that, one at a time: `onCommand` describes what is to happen, the events are stored, then they count, then the
 * side effects run.
 *
 * @param name - nact's name of the actor, unique below its parent; made up if left out.
 * @throws {@link PersistenceError} `persistenceId` is blank or no string.
 * @throws {@link ConfigError} a part of the behavior is missing, unknown or of the wrong kind; the system has no engine, or
 * none of the name that `engine` gives.
 * @throws Error nact's own: the parent has stopped, or has a child of that name.
 * @example
 * ```ts
 * const counter = spawnEventSourced(system, {
 *   persistenceId: 'counter-1',
 *   initialState: 0,
 *   onCommand: (_count: number, step: number) => Effect.persist({ type: 'counted', step }),
 *   onEvent: (count: number, event: { type: 'counted'; step: number }) => count + event.step,
 * })
 * ```
 */
export const spawnEventSourced = <State, Command, Event>(
  parent: Ref<unknown>,
  behavior: EventSourcedBehavior<State, Command, Event>,
  name?: string,
): Ref<Command> => {
  checkPersistenceId(behavior?.persistenceId)
  const { persistenceId } = behavior
  // Its functions are called on the behavior itself, which may be an instance of a class.
  parseConfig(behaviorSchema(behavior), behavior, `spawnEventSourced(${persistenceId})`)
  const declared = behavior as unknown as EventSourcedBehavior<unknown, unknown, unknown>
  const { eventAdapter, initialState, onPersistFailure, recovery = {}, shutdownAfter, snapshots = {} } = declared
  const { adapter, deleteEvents = false, every, keep } = snapshots
  const definition: ActorDefinition = {
    persistenceId,
    engine: engineOfActor(parent, declared.engine),
    onMessage: commandHandler(declared),
    onEvent: eventHandler(declared),
    onRecoveryCompleted: (state, ctx) => declared.onRecoveryCompleted?.(state, ctx),
    onRecoveryFailure: (error, ctx) => declared.onRecoveryFailure?.(error, ctx),
    codec: eventCodec(eventAdapter),
    encodeSnapshot: (state) => (adapter === undefined ? state : adapter.toJournal(state)),
    decodeSnapshot: (snapshot) => (adapter === undefined ? snapshot : adapter.fromJournal(snapshot)),
    tagger: (event) => declared.tagger?.(event) ?? [],
    initialState: () => (typeof initialState === 'function' ? initialState.call(declared) : initialState),
    recovery,
    backoffMs: typeof onPersistFailure === 'object' ? restartBackoffMs(onPersistFailure.restart) : backoffMs,
    snapshotEvery: every ?? Number.POSITIVE_INFINITY,
    keepSnapshots: keep ?? (deleteEvents ? 1 : Number.POSITIVE_INFINITY),
    deleteCoveredEvents: deleteEvents,
  }
  return spawnActor(parent, definition, { name, shutdownAfter, policy: policyOf(declared) }) as Ref<Command>
}
