import type { PersistenceEngine } from './engine.js'
import type { EventCodec } from './event-codec.js'
import type { AnyContext, NactContext } from './persistent-context.js'
import type { Recovery } from './recovery-options.js'

/** What a persistent actor does with one message. */
export type MessageHandler = (
  state: unknown,
  message: unknown,
  ctx: AnyContext,
  /** Has a snapshot saved after this message, of the state that it leads to. */
  requestSnapshot: () => void,
) => unknown

/** What does not change in the life of a persistent actor: how `spawnPersistent` or `spawnEventSourced` was called, checked. */
export interface ActorDefinition {
  readonly persistenceId: string
  readonly engine: PersistenceEngine
  /** Gives the state after a message; it may persist. */
  readonly onMessage: MessageHandler
  /** Gives the state after a stored event. */
  readonly onEvent: (state: unknown, event: unknown, ctx: AnyContext) => unknown
  readonly onRecoveryCompleted?: ((state: unknown, ctx: AnyContext) => unknown) | undefined
  readonly onRecoveryFailure?: ((error: unknown, ctx: AnyContext) => unknown) | undefined
  readonly codec: EventCodec
  readonly encodeSnapshot: (state: unknown) => unknown
  readonly decodeSnapshot: (snapshot: unknown) => unknown
  readonly tagger: (event: unknown) => Iterable<string>
  readonly initialState: (ctx: NactContext) => unknown
  readonly recovery: Recovery
  /** Milliseconds to wait before a recovery, after so many failures in a row. */
  readonly backoffMs: (failures: number) => number
  /** Events between two snapshots; `Infinity` for none. */
  readonly snapshotEvery: number
  /** How many snapshots to keep; `Infinity` for all. */
  readonly keepSnapshots: number
  /** Delete the events up to the oldest snapshot kept? */
  readonly deleteCoveredEvents: boolean
}
