import { isWriteRejection, type WriteRejectedError } from '../errors.js'
import type { ActorDefinition, MessageHandler } from './actor-definition.js'
import { type Effect, isEffect, type SideEffect } from './effect.js'
import type { EventSourcedBehavior } from './event-sourced-behavior.js'
import { dispatch, stop } from './nact.js'
import type { AnyContext } from './persistent-context.js'
import { report } from './report.js'
import { Tagged } from './tagged.js'

type AnyBehavior = EventSourcedBehavior<unknown, unknown, unknown>

/** As `onEvent`, of a behavior that may not keep to its types. */
export const eventHandler =
  (behavior: AnyBehavior): ActorDefinition['onEvent'] =>
  (state, event) => {
    const next = behavior.onEvent(state, event)
    if (next instanceof Promise) {
      throw new TypeError(
        `${behavior.persistenceId}: onEvent must return the state itself, not a promise: it is replayed, so it can do no I/O.`,
      )
    }
    return next
  }

/** Carries out one side effect, on the state that the events led to. */
export type CarryOut = (sideEffect: SideEffect<unknown>, state: unknown, ctx: AnyContext) => void | Promise<void>

const onNact: CarryOut = (sideEffect, state, ctx) => {
  if (sideEffect.kind === 'run') return sideEffect.run(state)
  if (sideEffect.kind === 'reply') dispatch(sideEffect.to, sideEffect.message(state), ctx.self)
  else stop(ctx.self)
}

/**
 * Handles the commands of an event-sourced actor as messages of a persistent one. Of the context it uses `persistAll` and
 * `sequenceNr`, and the log for rejected writes.
 *
 * @param carryOut - what side effects do: the test kit's are recorded.
 */
export const commandHandler = (behavior: AnyBehavior, carryOut: CarryOut = onNact): MessageHandler => {
  const onEvent = eventHandler(behavior)
  const { persistenceId, snapshots } = behavior

  /** The state after the events, none of which is stored yet, and whether one of them calls for a snapshot. */
  const foresee = (before: unknown, effect: Effect<unknown, unknown>, ctx: AnyContext) => {
    let state = before
    let isSnapshotDue = effect.isSnapshot
    for (const [index, given] of effect.events.entries()) {
      const event = given instanceof Tagged ? given.event : given
      state = onEvent(state, event, ctx)
      if (snapshots?.when?.(state, event, ctx.sequenceNr + index + 1)) isSnapshotDue = true
    }
    return { state, isSnapshotDue }
  }

  return async (before, command, ctx, requestSnapshot) => {
    const effect = await behavior.onCommand(before, command, ctx)
    if (!isEffect(effect)) {
      throw new TypeError(
        `${persistenceId}: onCommand must return an effect, such as Effect.persist(event) or Effect.none().`,
      )
    }
    const { state, isSnapshotDue } = foresee(before, effect, ctx)
    try {
      await ctx.persistAll(effect.events)
    } catch (error) {
      if (!isWriteRejection(error)) throw error
      await rejected(behavior, error, command, ctx)
      return before
    }
    if (isSnapshotDue) requestSnapshot()
    for (const sideEffect of effect.sideEffects) await carryOut(sideEffect, state, ctx)
    return state
  }
}

const rejected = async (behavior: AnyBehavior, error: WriteRejectedError, command: unknown, ctx: AnyContext) => {
  if (behavior.onPersistRejected === undefined) report(ctx, 'goes on without the events of a command', error)
  else await behavior.onPersistRejected(error, command, ctx)
}
