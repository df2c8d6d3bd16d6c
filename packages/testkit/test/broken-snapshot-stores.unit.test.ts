// The suite can fail: each of these stores has one defect, and at least the case named beside it notices.
import { PersistenceError, type SnapshotMetadata, type SnapshotStore, WriteRejectedError } from '@dynact/persistence'
import { inMemorySnapshotStore, snapshotStoreConformanceCases } from '@dynact/testkit'
import { failedCases } from './failed-cases.js'

/** What a store does instead; one call for all the stores on the same data. */
type Defect = (sound: SnapshotStore) => Partial<SnapshotStore>

const DEFECTS: readonly (readonly [string, Defect, RegExp])[] = [
  [
    'keeps the newest snapshot only',
    (sound) => ({
      saveSnapshot: async (metadata, snapshot, options) => {
        await sound.saveSnapshot(metadata, snapshot, options)
        await sound.deleteSnapshots(metadata.persistenceId, { maxSequenceNr: metadata.sequenceNr - 1 })
      },
    }),
    /^of several snapshots the one of the highest number/,
  ],
  [
    'looks at the time of the newest only',
    (sound) => ({
      loadSnapshot: async (id, { minTimestamp = 0, maxTimestamp = Infinity, ...numbers } = {}, options) => {
        const found = await sound.loadSnapshot(id, numbers, options)
        const { timestamp = -1 } = found?.metadata ?? {}
        return timestamp >= minTimestamp && timestamp <= maxTimestamp ? found : undefined
      },
    }),
    /^one that matches by its time is found behind/,
  ],
  [
    'loads the one that was saved last',
    (sound) => {
      const last = new Map<string, number>()
      return {
        saveSnapshot: async (metadata, snapshot, options) => {
          await sound.saveSnapshot(metadata, snapshot, options)
          last.set(metadata.persistenceId, metadata.sequenceNr)
        },
        loadSnapshot: (id, criteria, options) =>
          sound.loadSnapshot(
            id,
            Object.keys(criteria ?? {}).length > 0 ? criteria : { maxSequenceNr: last.get(id) },
            options,
          ),
      }
    },
    /^of several snapshots the one of the highest number/,
  ],
  [
    'excludes maxSequenceNr',
    (sound) => ({
      loadSnapshot: (id, { maxSequenceNr = Infinity, ...others } = {}, options) =>
        sound.loadSnapshot(id, { ...others, maxSequenceNr: maxSequenceNr - 1 }, options),
    }),
    /^of several snapshots the one of the highest number/,
  ],
  [
    'replaces a later snapshot by an earlier one',
    (sound) => ({
      saveSnapshot: async (metadata, snapshot, options) => {
        await sound.deleteSnapshot({ ...metadata, timestamp: 0 })
        await sound.saveSnapshot(metadata, snapshot, options)
      },
    }),
    /^a second snapshot of one number of an earlier time does not/,
  ],
  [
    'never replaces a snapshot',
    (sound) => ({
      saveSnapshot: async (metadata, snapshot, options) => {
        const { persistenceId, sequenceNr } = metadata
        const criteria = { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr }
        if (
          persistenceId.trim() !== '' &&
          persistenceId.isWellFormed() &&
          (await sound.loadSnapshot(persistenceId, criteria))
        )
          return
        await sound.saveSnapshot(metadata, snapshot, options)
      },
    }),
    /^a second snapshot of one number of a later time replaces it/,
  ],
  [
    'deletes one whatever its time',
    (sound) => ({
      deleteSnapshot: (metadata, options) => sound.deleteSnapshot({ ...metadata, timestamp: 0 }, options),
    }),
    /^deleting one snapshot: an earlier timestamp does not/,
  ],
  [
    'takes timestamp 0 for a time',
    (sound) => ({
      deleteSnapshot: (metadata, options) =>
        sound.deleteSnapshot({ ...metadata, timestamp: metadata.timestamp || 0.5 }, options),
    }),
    /^deleting one snapshot: timestamp 0 deletes it/,
  ],
  [
    'ignores the time when it deletes by criteria',
    (sound) => ({
      deleteSnapshots: (id, { minTimestamp: _, maxTimestamp: __, ...numbers } = {}, options) =>
        sound.deleteSnapshots(id, numbers, options),
    }),
    /^deleting all that match .*Timestamp/,
  ],
  [
    'deletes one request of 25 only',
    (sound) => ({
      deleteSnapshots: async (id, criteria = {}, options) => {
        const newest = await sound.loadSnapshot(id, criteria, options)
        const minSequenceNr = Math.max(criteria.minSequenceNr ?? 0, (newest?.metadata.sequenceNr ?? 0) - 24)
        await sound.deleteSnapshots(id, { ...criteria, minSequenceNr }, options)
      },
    }),
    /^deleting without criteria deletes all, however many/,
  ],
  [
    'cuts long ids',
    (sound) => {
      const cut = (metadata: SnapshotMetadata) => ({ ...metadata, persistenceId: metadata.persistenceId.slice(0, 255) })
      return {
        saveSnapshot: (metadata, snapshot, options) => sound.saveSnapshot(cut(metadata), snapshot, options),
        loadSnapshot: async (persistenceId, criteria, options) => {
          const found = await sound.loadSnapshot(persistenceId.slice(0, 255), criteria, options)
          return found && { ...found, metadata: { ...found.metadata, persistenceId } }
        },
      }
    },
    /^an id of 2000 bytes/,
  ],
  [
    'wraps the reason of an abort',
    (sound) => ({
      saveSnapshot: (metadata, snapshot, options) =>
        sound.saveSnapshot(metadata, snapshot, options).catch((cause: unknown) => {
          throw options?.signal?.aborted ? new WriteRejectedError('aborted', { cause }) : cause
        }),
    }),
    /^a call whose signal is aborted already/,
  ],
  [
    'stores null for what it can not serialize',
    (sound) => ({
      saveSnapshot: (metadata, snapshot, options) =>
        sound.saveSnapshot(metadata, typeof snapshot === 'function' ? null : snapshot, options),
    }),
    /^a state that will not serialize/,
  ],
  [
    'cuts large states',
    (sound) => ({
      saveSnapshot: (metadata, snapshot, options) =>
        sound.saveSnapshot(metadata, snapshot instanceof Uint8Array ? snapshot.slice(0, 65_536) : snapshot, options),
    }),
    /^a state of 150000 bytes/,
  ],
]

const methodsOf = (store: SnapshotStore): SnapshotStore => ({
  loadSnapshot: (id, criteria, options) => store.loadSnapshot(id, criteria, options),
  saveSnapshot: (metadata, snapshot, options) => store.saveSnapshot(metadata, snapshot, options),
  deleteSnapshot: (metadata, options) => store.deleteSnapshot(metadata, options),
  deleteSnapshots: (id, criteria, options) => store.deleteSnapshots(id, criteria, options),
  close: () => store.close(),
})

/** Stores on the same snapshots, each with a life of its own. */
const storesWith = (defect: Defect) => {
  const sound = inMemorySnapshotStore()
  const behavior = { ...methodsOf(sound), ...defect(methodsOf(sound)) }
  const open = (): SnapshotStore => {
    const running = new Set<Promise<unknown>>()
    let isClosed = false
    const checked = <T>(persistenceId: string, call: () => Promise<T>, Kind = PersistenceError): Promise<T> => {
      if (isClosed) return Promise.reject(new Kind(`${persistenceId}: closed`, { persistenceId }))
      const result = call()
      running.add(result)
      return result
    }
    return {
      loadSnapshot: (id, criteria, options) => checked(id, () => behavior.loadSnapshot(id, criteria, options)),
      saveSnapshot: (metadata, snapshot, options) =>
        checked(metadata.persistenceId, () => behavior.saveSnapshot(metadata, snapshot, options), WriteRejectedError),
      deleteSnapshot: (metadata, options) =>
        checked(metadata.persistenceId, () => behavior.deleteSnapshot(metadata, options)),
      deleteSnapshots: (id, criteria, options) => checked(id, () => behavior.deleteSnapshots(id, criteria, options)),
      close: async () => {
        isClosed = true
        await Promise.allSettled(running)
      },
    }
  }
  return { snapshotStore: open(), openAnother: open }
}

test('a store without a defect passes every case', async () => {
  expect(await failedCases(snapshotStoreConformanceCases(() => storesWith(() => ({}))))).toEqual([])
})

test.each(DEFECTS)('a store that %s is caught', async (_, defect, caughtBy) => {
  const cases = snapshotStoreConformanceCases(() => storesWith(defect)).filter(({ name }) => caughtBy.test(name))

  expect(await failedCases(cases)).not.toEqual([])
})
