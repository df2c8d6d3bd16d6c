import {
  configurePersistence,
  type PersistenceEngine,
  type PersistentContext,
  type PersistentRepr,
  persistenceEngine,
  type SpawnPersistentProps,
  spawnPersistent,
} from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { type ActorSystemRef, dispatch, type Plugin, query, type Ref, start, stop } from 'nact'
import { type Deferred, deferred } from '../../../tools/test-support/deferred.js'
import {
  hookedJournal,
  hookedSnapshotStore,
  type JournalHooks,
  type SnapshotHooks,
} from '../../../tools/test-support/hooked-stores.js'

export type Ctx = PersistentContext<string, string>
export type Props = SpawnPersistentProps<string, string>

/** Actors over in-memory stores with faults in front of them. */
export const harness = () => {
  const hooks: JournalHooks & SnapshotHooks = {}
  const journal = inMemoryJournal()
  const snapshotStore = inMemorySnapshotStore()
  const engine: PersistenceEngine = persistenceEngine({
    journal: hookedJournal(journal, hooks),
    snapshotStore: hookedSnapshotStore(snapshotStore, hooks),
  })
  const systems: ActorSystemRef[] = []
  const actors: Ref<unknown>[] = []
  const logged: Error[] = []
  const stopped: Deferred<string> = deferred()
  const id = 'orders-7'

  /** What nact's configureLogging does, which nact does not export. */
  const logging: Plugin = (system) => {
    Object.assign(system, { createLogger: () => ({ exception: (error: Error) => logged.push(error) }) })
  }

  const newSystem = (...plugins: Plugin[]) => {
    const system = start(...(plugins.length > 0 ? plugins : [configurePersistence(engine), logging]))
    systems.push(system)
    return system
  }

  /** An actor that appends its messages to its state. `act` is called for each; by default it persists it. */
  const spawnAppending = (
    props: Props = {},
    act: (message: string, ctx: Ctx, state: string) => unknown = (message, ctx) => ctx.persist(message),
    parent: Ref<unknown> = newSystem(),
  ): Ref<string> => {
    const actor = spawnPersistent(
      parent,
      async (state: string | undefined, message: string, ctx) => {
        const before = state ?? ''
        const after = message === '?' ? before : before + message
        if (!ctx.recovering) {
          if (message !== '?') await act(message, ctx, after)
          dispatch(ctx.sender, after)
        }
        return after
      },
      id,
      undefined,
      {
        afterStop: (state: string | undefined) => stopped.resolve(state ?? ''),
        ...props,
      } as SpawnPersistentProps<string | undefined, string>,
    )
    actors.push(actor)
    return actor
  }

  return {
    engine,
    hooks,
    id,
    journal,
    logged,
    newSystem,
    snapshotStore,
    spawnAppending,
    stopped: stopped.promise,

    /** Asks for the state after a message; `?` changes nothing. */
    ask: (actor: Ref<string>, message = '?'): Promise<string> => query(actor, () => message, 4_000) as Promise<string>,

    /** All events in the journal. */
    stored: async (): Promise<PersistentRepr[]> => {
      const events: PersistentRepr[] = []
      for await (const event of journal.replayEvents(id)) events.push(event)
      return events
    },

    /** An event of another writer, as a second live actor of the same id would write it. */
    intrude: (sequenceNr: number, payload: string): Promise<void> =>
      journal.writeEvents({
        persistenceId: id,
        events: [
          { persistenceId: id, sequenceNr, payload, manifest: '', writerUuid: 'intruder', timestamp: 1, tags: [] },
        ],
      }),

    /** A system does not stop its actors (nact 7.6.2 looks for them under a name that they don't have). */
    stopSystems: () => {
      for (const ref of [...actors, ...systems]) stop(ref)
    },
  }
}

/** Collects unhandled rejections until it is called. */
export const watchUnhandled = (): (() => Promise<unknown[]>) => {
  const seen: unknown[] = []
  const note = (error: unknown) => seen.push(error)
  process.on('unhandledRejection', note)
  return async () => {
    // They are reported when the microtasks have run.
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    return seen
  }
}
