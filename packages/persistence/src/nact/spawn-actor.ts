import { randomUUID } from 'node:crypto'
import type { Ref } from 'nact'
import type { ActorDefinition } from './actor-definition.js'
import { spawn } from './nact.js'
import { PersistentActor } from './persistent-actor.js'
import type { NactContext } from './persistent-context.js'
import {
  type AfterStop,
  afterStopOf,
  DEFAULT_POLICY,
  type FailurePolicy,
  type OnCrash,
  superviseBy,
  superviseWith,
} from './supervision.js'

/** What {@link spawnActor} takes beside the definition. */
export interface SpawnActorOptions {
  /** Left out: one that no other actor has; of nact's own, two in 65,000 are the same. */
  readonly name?: string | undefined
  /** Milliseconds without a message after which the actor stops; 0: never. */
  readonly shutdownAfter?: number | undefined
  /** Decides instead of `policy`. */
  readonly onCrash?: OnCrash | undefined
  readonly policy?: FailurePolicy
  readonly afterStop?: AfterStop | undefined
}

/** Spawns a persistent actor on nact's plain `spawn`; it recovers at once. */
export const spawnActor = (
  parent: Ref<unknown>,
  definition: ActorDefinition,
  { name, shutdownAfter = 0, onCrash, policy = DEFAULT_POLICY, afterStop }: SpawnActorOptions,
): Ref<unknown> => {
  const actor = new PersistentActor(definition, shutdownAfter)
  const act = (_: unknown, message: unknown, ctx: NactContext) => actor.handle(message, ctx)
  const self = spawn(parent, act, name || `anonymous-${randomUUID()}`, {
    initialStateFunc: (ctx: NactContext) => actor.begin(ctx),
    onCrash: superviseWith(actor, onCrash ?? superviseBy(actor, policy)),
    afterStop: afterStopOf(actor, afterStop),
  } as Parameters<typeof spawn>[3])
  actor.step(self) // Before any message: it recovers at once.
  return self
}
