import type { ActorContextWithMailbox, Ref, SupervisionContext } from 'nact'
import type { Incarnation } from './incarnation.js'
import { makeContext } from './make-context.js'
import { PersistScope } from './persist-scope.js'
import { isInternal, type PersistentActor } from './persistent-actor.js'
import type { NactContext, PersistentContext } from './persistent-context.js'

/** Fenced writes in a row, none successful between them, after which an actor stops by default: another one owns the id. */
const MAX_FENCED_IN_A_ROW = 5

type Supervision = SupervisionContext<unknown, Ref<unknown>>

/** nact's `onCrash`, whose types nobody looks at any more. */
export type OnCrash = (message: unknown, error: Error | undefined, ctx: Supervision, child?: unknown) => unknown

/** nact's `afterStop`, likewise. */
export type AfterStop = (state: unknown, ctx: ActorContextWithMailbox<unknown, Ref<unknown>>) => unknown

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
 * The policy of an actor without an `onCrash`. After a fenced or uncertain write only what is stored counts: the actor is
 * reset, and recovers again (with back-off, see `Incarnation`). Fenced again and again, or anything else: it stops, as in nact.
 */
const byDefault =
  (actor: PersistentActor): OnCrash =>
  (message, error, ctx, child) => {
    const code = child === undefined ? actor.current?.writer.blockedBy?.code : undefined
    const mustRecover = code === 'WRITE_UNCERTAIN' || (code === 'FENCED' && actor.failures.fenced < MAX_FENCED_IN_A_ROW)
    if (!mustRecover) return stopLikeNact(message, error, ctx, child)
    if (error !== undefined) ctx.log?.exception(error)
    return ctx.reset
  }

/** A context as the user sees it: with ours beside nact's, and without our messages in the mailbox. */
const shown = <C extends NactContext & { readonly mailbox: unknown[] }>(
  ctx: C,
  actor: PersistentActor,
  incarnation: Incarnation,
): C & PersistentContext<unknown, unknown> => {
  const scope = new PersistScope((error) => ctx.log?.exception(error as Error))
  scope.end() // What is persisted here is no part of a message: the actor recovers before its next one.
  const mailbox = [
    ...actor.waiting,
    ...ctx.mailbox.filter((entry) => !isInternal((entry as { sender?: unknown }).sender)),
  ]
  return makeContext({ ...ctx, mailbox }, incarnation, scope, false)
}

/** nact's `onCrash` for a persistent actor: the user's, or the default policy. */
export const superviseWith =
  (actor: PersistentActor, onCrash: OnCrash = byDefault(actor)): OnCrash =>
  (message, error, ctx, child) => {
    const incarnation = actor.current
    if (incarnation === undefined) return onCrash(message, error, ctx, child)
    const failure = child === undefined ? actor.failureOf(error) : undefined
    return onCrash(failure === undefined ? message : failure.message, error, shown(ctx, actor, incarnation), child)
  }

/** nact's `afterStop` for a persistent actor. nact calls it again when an actor that has stopped fails. */
export const afterStopOf =
  (actor: PersistentActor, afterStop: AfterStop = () => {}): AfterStop =>
  (_, ctx) => {
    const incarnation = actor.current
    if (!actor.stop() || incarnation === undefined) return undefined
    return afterStop(incarnation.state, shown(ctx, actor, incarnation))
  }
