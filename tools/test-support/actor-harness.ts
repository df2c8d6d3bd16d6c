import { randomUUID } from 'node:crypto'
import {
  configurePersistence,
  type PersistenceEngine,
  type PersistentContext,
  type PersistentRepr,
  persistenceEngine,
  type SpawnPersistentProps,
  spawnPersistent,
} from '@dynact/persistence'
import { jest } from '@jest/globals'
import { type ActorSystemRef, dispatch, type Plugin, persistentQuery, query, type Ref, start, stop } from 'nact'
import { type Deferred, deferred } from './deferred.js'
import { hookedJournal, hookedSnapshotStore, type JournalHooks, type SnapshotHooks } from './hooked-stores.js'

/** What behaviours of actors run on. */
export interface ActorBehavioursOptions {
  /** Called once; what it gives is used by all tests, under ids of their own. Needs a snapshot store. */
  makeEngine(): PersistenceEngine | Promise<PersistenceEngine>
}

export const ASK_TIMEOUT_MS = 20_000

export type Ctx = PersistentContext<string, string>
export type Props = SpawnPersistentProps<string, string>

/** Actors below an engine with faults in front of it, under an id of their own. */
export type ActorHarness = ReturnType<typeof actorHarness>

/** Those of the test that runs. */
const inUse = new Set<ActorHarness>()

/**
 * Declares what surrounds the tests of a describe: an engine for all of them, and a harness for each, stopped after it as are
 * all others that it has made.
 */
export const aroundEach = ({ makeEngine }: ActorBehavioursOptions, onFresh: (h: ActorHarness) => void): void => {
  let base: PersistenceEngine
  beforeAll(async () => {
    base = await makeEngine()
  })
  beforeEach(() => onFresh(actorHarness(base)))
  afterEach(() => {
    for (const h of inUse) h.stopAll()
    inUse.clear()
    jest.restoreAllMocks()
  })
}

/** Makes an {@link ActorHarness}. */
export const actorHarness = (
  base: PersistenceEngine,
  { maxConcurrentRecoveries = 50, id = `actor-${randomUUID()}` } = {},
) => {
  const { journal, snapshotStore } = base
  if (snapshotStore === undefined) throw new Error('makeEngine must give an engine with a snapshot store')
  const hooks: JournalHooks & SnapshotHooks = {}
  const engine = persistenceEngine({
    journal: hookedJournal(journal, hooks),
    snapshotStore: hookedSnapshotStore(snapshotStore, hooks),
    maxConcurrentRecoveries,
  })
  const refs: Ref<unknown>[] = []
  const systems: ActorSystemRef[] = []
  const logged: Error[] = []
  const stopped: Deferred<string> = deferred()

  /** What nact's configureLogging does, which nact does not export. */
  const logging: Plugin = (system) => {
    Object.assign(system, { createLogger: () => ({ exception: (error: Error) => logged.push(error) }) })
  }
  /** By default one with the engine, and a log. */
  const newSystem = (...plugins: Plugin[]): ActorSystemRef => {
    const system = start(...(plugins.length > 0 ? plugins : [configurePersistence(engine), logging]))
    systems.push(system)
    return system
  }
  const keep = <R extends Ref<unknown>>(ref: R): R => {
    refs.push(ref)
    return ref
  }

  /** An actor that appends its messages to its state, and answers with it. By default it persists them; `?` only asks. */
  const spawnAppending = (
    props: Props = {},
    act: (message: string, ctx: Ctx, state: string) => unknown = (message, ctx) => ctx.persist(message),
    parent: Ref<unknown> = newSystem(),
  ): Ref<string> =>
    keep(
      spawnPersistent(
        parent,
        async (state: string, message: string, ctx) => {
          const after = message === '?' ? state : state + message
          if (ctx.recovering) return after
          if (message !== '?') await act(message, ctx, after)
          dispatch(ctx.sender, after)
          return after
        },
        id,
        undefined,
        { initialState: '', afterStop: (state: string) => stopped.resolve(state), ...props },
      ),
    )

  const ask = <Answer = string>(actor: Ref<string>, message = '?'): Promise<Answer> =>
    query(actor, () => message, ASK_TIMEOUT_MS) as Promise<Answer>

  const harness = {
    ask,
    base,
    engine,
    hooks,
    id,
    journal,
    keep,
    logged,
    newSystem,
    snapshotStore,
    spawnAppending,
    stopped: stopped.promise,

    /** All events in the journal. */
    stored: async (of = id): Promise<PersistentRepr[]> => {
      const events: PersistentRepr[] = []
      for await (const event of journal.replayEvents(of)) events.push(event)
      return events
    },

    /** Stores events as another writer of the id would: a second live actor, or the actor's last life. */
    write: (sequenceNr: number, ...payloads: readonly unknown[]): Promise<void> => {
      const writerUuid = randomUUID()
      return journal.writeEvents({
        persistenceId: id,
        events: payloads.map((payload, index) => ({
          persistenceId: id,
          sequenceNr: sequenceNr + index,
          payload,
          manifest: '',
          writerUuid,
          timestamp: index + 1,
          tags: [],
        })),
      })
    },

    /** Resolves when the snapshot of this number has been saved, and what follows upon that has been done. */
    saved: (nr: number): Promise<void> => {
      const done = deferred()
      hooks.afterSave = ({ sequenceNr }) => {
        if (sequenceNr === nr) done.resolve()
      }
      return done.promise
    },

    /** Sequence numbers of the snapshots in the store. */
    snapshots: async (): Promise<number[]> => {
      const found: number[] = []
      for (let maxSequenceNr = Number.MAX_SAFE_INTEGER; ; ) {
        const snapshot = await snapshotStore.loadSnapshot(id, { maxSequenceNr })
        if (snapshot === undefined) return found.reverse()
        found.push(snapshot.metadata.sequenceNr)
        maxSequenceNr = snapshot.metadata.sequenceNr - 1
      }
    },

    /** A system does not stop its actors (nact 7.6.2 looks for them under a name that they don't have). */
    stopAll: () => {
      for (const ref of [...refs, ...systems]) stop(ref)
    },
  }
  inUse.add(harness)
  return harness
}

/** Has this actor stopped? nact makes no query below one that has; one that is not called does nothing. */
export const isStopped = (actor: Ref<unknown>): boolean => {
  try {
    persistentQuery(actor, () => undefined, 'is-stopped')
    return false
  } catch {
    return true
  }
}

/** Waits until something holds; for what leaves no other trace. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise(setImmediate)
}
