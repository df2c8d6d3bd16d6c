import type {
  AtomicWrite,
  Journal,
  PersistentRepr,
  ReplayRange,
  SnapshotMetadata,
  SnapshotStore,
} from '@dynact/persistence'

/** Called around the operations of a real journal: a hook that waits delays them, one that throws makes them fail. */
export interface JournalHooks {
  beforeWrite?: ((write: AtomicWrite) => Promise<void> | void) | undefined
  afterWrite?: ((write: AtomicWrite) => Promise<void> | void) | undefined
  beforeReplay?: ((persistenceId: string, range: ReplayRange | undefined) => Promise<void> | void) | undefined
  beforeEvent?: ((event: PersistentRepr) => Promise<void> | void) | undefined
  beforeDelete?: ((persistenceId: string, toSequenceNr: number) => Promise<void> | void) | undefined
}

/** As {@link JournalHooks}, for snapshots. */
export interface SnapshotHooks {
  beforeLoad?: ((persistenceId: string) => Promise<void> | void) | undefined
  beforeSave?: ((metadata: SnapshotMetadata, snapshot: unknown) => Promise<void> | void) | undefined
  afterSave?: ((metadata: SnapshotMetadata) => Promise<void> | void) | undefined
}

/** A journal with faults and delays in front of it. */
export const hookedJournal = (journal: Journal, hooks: JournalHooks): Journal => ({
  ...(journal.name === undefined ? {} : { name: journal.name }),
  async writeEvents(write, options) {
    await hooks.beforeWrite?.(write)
    await journal.writeEvents(write, options)
    await hooks.afterWrite?.(write)
  },
  replayEvents(persistenceId, range, options) {
    const replay = journal.replayEvents(persistenceId, range, options)
    return {
      highestSequenceNr: replay.highestSequenceNr,
      async *[Symbol.asyncIterator]() {
        await hooks.beforeReplay?.(persistenceId, range)
        for await (const event of replay) {
          await hooks.beforeEvent?.(event)
          yield event
        }
      },
    }
  },
  readHighestSequenceNr: (persistenceId, from, options) => journal.readHighestSequenceNr(persistenceId, from, options),
  ...(journal.readDeletedToSequenceNr === undefined
    ? {}
    : {
        readDeletedToSequenceNr: (persistenceId, options) =>
          journal.readDeletedToSequenceNr?.(persistenceId, options) ?? Promise.resolve(0),
      }),
  async deleteEventsTo(persistenceId, to, options) {
    await hooks.beforeDelete?.(persistenceId, to)
    await journal.deleteEventsTo(persistenceId, to, options)
  },
  close: () => journal.close(),
})

/** A snapshot store with faults and delays in front of it. */
export const hookedSnapshotStore = (store: SnapshotStore, hooks: SnapshotHooks): SnapshotStore => ({
  ...(store.name === undefined ? {} : { name: store.name }),
  async loadSnapshot(persistenceId, criteria, options) {
    await hooks.beforeLoad?.(persistenceId)
    return store.loadSnapshot(persistenceId, criteria, options)
  },
  async saveSnapshot(metadata, snapshot, options) {
    await hooks.beforeSave?.(metadata, snapshot)
    await store.saveSnapshot(metadata, snapshot, options)
    await hooks.afterSave?.(metadata)
  },
  deleteSnapshot: (metadata, options) => store.deleteSnapshot(metadata, options),
  deleteSnapshots: (persistenceId, criteria, options) => store.deleteSnapshots(persistenceId, criteria, options),
  close: () => store.close(),
})
