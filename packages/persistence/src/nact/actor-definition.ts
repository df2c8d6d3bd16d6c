import type { PersistenceEngine } from './engine.js'
import type { AnyActorFunction, NactContext } from './persistent-context.js'

/** What does not change in the life of a persistent actor: the arguments of `spawnPersistent`, checked. */
export interface ActorDefinition {
  readonly persistenceId: string
  readonly engine: PersistenceEngine
  readonly f: AnyActorFunction
  readonly encode: (event: unknown) => unknown
  readonly decode: (payload: unknown) => unknown
  readonly encodeSnapshot: (state: unknown) => unknown
  readonly decodeSnapshot: (snapshot: unknown) => unknown
  readonly tagger: (event: unknown) => Iterable<string>
  readonly initialState: (ctx: NactContext) => unknown
  /** Events between two snapshots; `Infinity` for none. */
  readonly snapshotEvery: number
}
