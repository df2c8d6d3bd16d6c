import type { Ref } from 'nact'
import { parseConfig } from '../config.js'
import { ConfigError } from '../errors.js'
import { checkPersistenceId } from '../validation.js'
import type { ActorDefinition } from './actor-definition.js'
import { backoffMs } from './backoff.js'
import { engineOfActor } from './engine-of-actor.js'
import { codecOfCoders, eventCodec } from './event-codec.js'
import type { AnyActorFunction, PersistentContext } from './persistent-context.js'
import { spawnActor } from './spawn-actor.js'
import { propsSchema, type SpawnPersistentProps } from './spawn-persistent-props.js'
import type { AfterStop, OnCrash } from './supervision.js'

/** What an actor does with a message, and with each stored event while it recovers (`ctx.recovering`): gives the next state. */
export type PersistentActorFunction<State, Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = (
  this: PersistentContext<State, Msg, ParentRef>,
  state: State,
  message: Msg,
  ctx: PersistentContext<State, Msg, ParentRef>,
) => State | Promise<State>

type Coder = (value: unknown) => unknown
const same: Coder = (value) => value

/**
 * Spawns an actor whose state outlives its process: nact's `spawnPersistent`, with the same arguments, and more in its context
 * and props. It recovers at once (newest snapshot, then the events after it, through `f`), and handles messages after that.
 *
 * Beyond nact's: a failed persist leaves no gap, a failed recovery never leads to an actor that starts from nothing, and after
 * a fenced or uncertain write the actor recovers before anything else. Without an `onCrash` it does so by itself; fenced five
 * times in a row it stops, as it does at any other error.
 *
 * @param persistenceId - names what is stored; one live actor per id.
 * @param name - nact's name of the actor, unique below its parent; made up if left out.
 * @throws {@link PersistenceError} `persistenceId` is blank or no string.
 * @throws {@link ConfigError} a prop is of the wrong kind, or looks like a misspelt one of dynact's; the system has no engine, or none of
 * the name that `engine` gives.
 * @throws Error nact's own: the parent has stopped, or has a child of that name.
 * @example
 * ```ts
 * const counter = spawnPersistent(system, async (count: number = 0, step: number, ctx) => {
 *   if (!ctx.recovering) await ctx.persist(step)
 *   return count + step
 * }, 'counter-1')
 * ```
 */
// biome-ignore-start lint/suspicious/noExplicitAny: as in nact's own types, what a function leaves unannotated is any.
export const spawnPersistent = <State = any, Msg = any, ParentRef extends Ref<unknown> = Ref<unknown>>(
  // biome-ignore-end lint/suspicious/noExplicitAny: see above.
  parent: ParentRef,
  f: PersistentActorFunction<State, Msg, ParentRef>,
  persistenceId: string,
  name?: string,
  props: SpawnPersistentProps<NoInfer<State>, NoInfer<Msg>, ParentRef> = {},
): Ref<Msg> => {
  checkPersistenceId(persistenceId)
  if (typeof f !== 'function')
    throw new ConfigError(`${persistenceId}: spawnPersistent needs a function as its second argument.`)
  const checked = parseConfig(propsSchema(props), props, `spawnPersistent(${persistenceId})`)
  const { keepSnapshots, recovery = {}, shutdownAfter, snapshotEvery } = checked
  const { encoder, decoder, eventAdapter } = checked as { encoder?: Coder; decoder?: Coder } & typeof checked
  const act = f as unknown as AnyActorFunction
  const definition: ActorDefinition = {
    persistenceId,
    engine: engineOfActor(parent, checked.engine),
    onMessage: (state, message, ctx) => act.call(ctx, state, message, ctx),
    onEvent: (state, event, ctx) => act.call(ctx, state, event, ctx),
    codec: eventAdapter === undefined ? codecOfCoders(encoder, decoder) : eventCodec(eventAdapter),
    encodeSnapshot: (checked.snapshotEncoder as Coder | undefined) ?? same,
    decodeSnapshot: (checked.snapshotDecoder as Coder | undefined) ?? same,
    tagger: (checked.tagger as ActorDefinition['tagger'] | undefined) ?? (() => []),
    initialState:
      (checked.initialStateFunc as ActorDefinition['initialState'] | undefined) ?? (() => checked.initialState),
    recovery,
    backoffMs,
    snapshotEvery: snapshotEvery ?? Number.POSITIVE_INFINITY,
    keepSnapshots: keepSnapshots ?? Number.POSITIVE_INFINITY,
    deleteCoveredEvents: false,
  }
  const onCrash = checked.onCrash as OnCrash | undefined
  const afterStop = checked.afterStop as AfterStop | undefined
  return spawnActor(parent, definition, { name, shutdownAfter, onCrash, afterStop }) as Ref<Msg>
}
