import type { PersistentActorProps, Ref } from 'nact'
import { z } from 'zod'
import { isPersistenceEngine, type PersistenceEngine } from './engine.js'

/** Options of `spawnPersistent`: nact's, and dynact's own. */
export type SpawnPersistentProps<State, Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = PersistentActorProps<
  State,
  Msg,
  ParentRef
> & {
  /**
   * Where this actor is stored: an engine, or the name of one of the system's.
   * @defaultValue the system's engine
   */
  readonly engine?: string | PersistenceEngine
  /** Gives tags to every event persisted, beside those of the call. */
  readonly tagger?: (event: Msg) => Iterable<string>
}

const aFunction = z
  .custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'a function is needed here')
  .optional()
const notYet = z.undefined({ error: 'is not supported by this version of dynact' }).optional()

/** Checks {@link SpawnPersistentProps}. */
export const propsSchema = z.strictObject({
  /** Milliseconds without a message after which the actor stops; 0: never. */
  shutdownAfter: z.number().nonnegative().optional(),
  onCrash: aFunction,
  initialState: z.unknown().optional(),
  initialStateFunc: aFunction,
  afterStop: aFunction,
  /** Events between two snapshots; 0: none are taken. */
  snapshotEvery: z.number().nonnegative().optional(),
  snapshotEncoder: aFunction,
  snapshotDecoder: aFunction,
  encoder: aFunction,
  decoder: aFunction,
  engine: z
    .custom<string | PersistenceEngine>(
      (value) => typeof value === 'string' || isPersistenceEngine(value),
      'the name of an engine is needed here, or one made by persistenceEngine({ journal })',
    )
    .optional(),
  tagger: aFunction,
  recovery: notYet,
  eventAdapter: notYet,
  keepSnapshots: notYet,
})
