import type { ActorContextWithMailbox, Ref, SupervisionContext } from 'nact'
import type { Incarnation } from './incarnation.js'
import { makeContext } from './make-context.js'
import { PersistScope } from './persist-scope.js'
import { isInternal, type PersistentActor } from './persistent-actor.js'
import type { NactContext, PersistentContext } from './persistent-context.js'
import { report } from './report.js'

type Supervision = SupervisionContext<unknown, Ref<unknown>>

/** nact's `onCrash`, whose types nobody looks at any more. */
export type OnCrash = (message: unknown, error: Error | undefined, ctx: Supervision, child?: unknown) => unknown

/** nact's `afterStop`, likewise. */
export type AfterStop = (state: unknown, ctx: ActorContextWithMailbox<unknown, Ref<unknown>>) => unknown

/** What to do after a fenced or uncertain write, and after a failed recovery. */
export interface FailurePolicy {
  /** Recover again after a fenced or uncertain write? */
  readonly recoversAfterWrites: boolean
  /** Recover again after a failed recovery? */
  readonly recoversAfterRecoveries: boolean
}

/** The policy of an actor that says nothing. */
export const DEFAULT_POLICY: FailurePolicy = { recoversAfterWrites: true, recoversAfterRecoveries: false }

/**
 * Stops, as nact's own default policy does, and says so: nact prints, a library must not, so it goes to the system's log or,
 * where there is none, comes as a process warning. An actor that dies without a word would be worse.
 */
const stopLikeNact: OnCrash = (_, error, ctx, child) => {
  const what =
    child === undefined ? 'this error' : `an error that its child '${(child as { name: string }).name}' escalated`
  if (ctx.log !== undefined && error !== undefined) ctx.log.exception(error)
  else
    process.emitWarning(
      `${ctx.path} stops because of ${what}: ${error?.stack ?? String(error)}`,
      'PersistentActorStopped',
    )
  return ctx.stop
}

/**
 * The `onCrash` of an actor without one. After a fenced or uncertain write only what is stored counts: the actor is reset, and
 * recovers again (with back-off, see `Incarnation`). Fenced again and again, or anything else: it stops, as in nact.
 */
export const superviseBy =
  (actor: PersistentActor, policy: FailurePolicy): OnCrash =>
  (message, error, ctx, child) => {
    const incarnation = child === undefined ? actor.current : undefined
    const blockedBy = incarnation?.writer.blockedBy
    const recovers =
      (policy.recoversAfterWrites && blockedBy !== undefined && actor.failures.allowRecoveryAfter(blockedBy)) ||
      (incarnation?.hasRecoveryFailed === true && policy.recoversAfterRecoveries)
    if (!recovers) return stopLikeNact(message, error, ctx, child)
    report(ctx, 'recovers again, because of', error)
    return ctx.reset
  }

/** A context as the user sees it: with ours beside nact's, and without our messages in the mailbox. */
const shown = <C extends NactContext & { readonly mailbox: unknown[] }>(
  ctx: C,
  actor: PersistentActor,
  incarnation: Incarnation,
): C & PersistentContext<unknown, unknown> => {
  const scope = new PersistScope((error) => report(ctx, 'failed to persist', error))
  scope.end() // What is persisted here is no part of a message: the actor recovers before its next one.
  const mailbox = [
    ...actor.waiting,
    ...ctx.mailbox.filter((entry) => !isInternal((entry as { sender?: unknown }).sender)),
  ]
  return makeContext({ ...ctx, mailbox }, incarnation, scope, false)
}

/** nact's `onCrash` for a persistent actor, of one in the user's terms. */
export const superviseWith =
  (actor: PersistentActor, onCrash: OnCrash): OnCrash =>
  async (message, error, ctx, child) => {
    const incarnation = actor.current
    if (incarnation === undefined) return onCrash(message, error, ctx, child)
    const failure = child === undefined ? actor.failureOf(error) : undefined
    const blamed = failure === undefined ? message : failure.message
    const decision = await onCrash(blamed, error, shown(ctx, actor, incarnation), child)
    if (decision === ctx.resume) actor.rest()
    return decision
  }

/** nact's `afterStop` for a persistent actor. nact calls it again when an actor that has stopped fails. */
export const afterStopOf = (actor: PersistentActor, afterStop: AfterStop = () => {}): AfterStop => {
  let wasCalled = false
  return (_, ctx) => {
    actor.stop()
    const incarnation = actor.current
    if (wasCalled || incarnation === undefined) return undefined
    wasCalled = true
    return afterStop(incarnation.state, shown(ctx, actor, incarnation))
  }
}
