import type { ActorContext, PersistentActorProps, Ref } from 'nact'
import type { PersistenceEngine as DynactPersistenceEngine } from './engine.js'

/** What nact's own `spawnPersistent` hands to its actor function: nact's types leave out the last three. */
export type NactPersistentContext<Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = ActorContext<Msg, ParentRef> & {
  /** Whoever sent the message; nact's `Nobody` if it was sent without a sender. */
  readonly sender: Ref<unknown>
  /** `true` while stored events are replayed, absent otherwise. */
  readonly recovering?: boolean
  /** Stores an event. nact sorts the tags in place. */
  persist(event: Msg, tags?: string[]): Promise<void>
}

// Overloads beside nact's own: plain nact code with `ctx.persist`, `ctx.recovering` and `ctx.sender` type-checks.
declare module 'nact' {
  // biome-ignore lint/suspicious/noExplicitAny: as in nact's own types, what a function leaves unannotated is any.
  export function spawnPersistent<State = any, Msg = any, ParentRef extends Ref<unknown> = Ref<unknown>>(
    parent: ParentRef,
    f: (state: State, msg: Msg, ctx: NactPersistentContext<Msg, ParentRef>) => State | Promise<State>,
    key: string,
    name?: string,
    properties?: PersistentActorProps<NoInfer<State>, NoInfer<Msg>, ParentRef>,
  ): Ref<Msg>

  export function configurePersistence(engine: DynactPersistenceEngine): Plugin
}
