import type { SnapshotSelectionCriteria } from '@dynact/persistence'
import { span } from '../span.js'
import type { SnapshotStoreCase } from './snapshot-store-case.js'
import type { Stamp } from './snapshot-store-tester.js'

const SNAPSHOTS: readonly Stamp[] = [
  [1, 10],
  [2, 20],
  [3, 30],
  [4, 40],
  [5, 50],
]

const keep = (...sequenceNrs: readonly number[]): readonly Stamp[] =>
  SNAPSHOTS.filter(([sequenceNr]) => sequenceNrs.includes(sequenceNr))

const SINGLE: readonly (readonly [string, Stamp, readonly Stamp[]])[] = [
  ['timestamp 0 deletes it, whatever its time', [3, 0], keep(1, 2, 4, 5)],
  ['the timestamp that it has deletes it', [3, 30], keep(1, 2, 4, 5)],
  ['an earlier timestamp does not', [3, 29], keep(1, 2, 3, 4, 5)],
  ['a later timestamp does not', [3, 31], keep(1, 2, 3, 4, 5)],
  ['one that is not there is no error', [6, 0], keep(1, 2, 3, 4, 5)],
  ['the newest', [5, 0], keep(1, 2, 3, 4)],
]

const BY_CRITERIA: readonly (readonly [SnapshotSelectionCriteria, readonly Stamp[]])[] = [
  [{}, []],
  [{ maxSequenceNr: 3 }, keep(4, 5)],
  [{ minSequenceNr: 3 }, keep(1, 2)],
  [{ minSequenceNr: 2, maxSequenceNr: 4 }, keep(1, 5)],
  [{ maxTimestamp: 30 }, keep(4, 5)],
  [{ minTimestamp: 31 }, keep(1, 2, 3)],
  [{ maxSequenceNr: 4, maxTimestamp: 30 }, keep(4, 5)],
  [{ maxSequenceNr: 4, minTimestamp: 30 }, keep(1, 2, 5)],
  [{ maxSequenceNr: 4, maxTimestamp: 9 }, keep(1, 2, 3, 4, 5)],
  [{ minSequenceNr: 4, maxSequenceNr: 3 }, keep(1, 2, 3, 4, 5)],
  [{ minTimestamp: 31, maxTimestamp: 30 }, keep(1, 2, 3, 4, 5)],
  [{ maxSequenceNr: Number.POSITIVE_INFINITY }, []],
  [{ minSequenceNr: 6 }, keep(1, 2, 3, 4, 5)],
]

/** Deleting snapshots. */
export const deleteCases: readonly SnapshotStoreCase[] = [
  ...SINGLE.map(
    ([what, [sequenceNr, timestamp], left]): SnapshotStoreCase => ({
      name: `deleting one snapshot: ${what}`,
      run: async (tester) => {
        const persistenceId = tester.freshId()
        await tester.saveAll(persistenceId, SNAPSHOTS)
        for (const _ of ['once', 'again']) {
          await tester.store.deleteSnapshot({ persistenceId, sequenceNr, timestamp })
          await tester.expectStored(persistenceId, SNAPSHOTS, left)
        }
      },
    }),
  ),
  ...BY_CRITERIA.map(
    ([criteria, left]): SnapshotStoreCase => ({
      name: `deleting all that match ${JSON.stringify(criteria, (_, value) => (value === Number.POSITIVE_INFINITY ? 'Infinity' : value))}`,
      run: async (tester) => {
        const [id, other] = [tester.freshId(), tester.freshId()]
        for (const each of [id, other]) await tester.saveAll(each, SNAPSHOTS)
        for (const _ of ['once', 'again']) {
          await tester.store.deleteSnapshots(id, criteria)
          await tester.expectStored(id, SNAPSHOTS, left)
        }
        await tester.expectStored(other, SNAPSHOTS, SNAPSHOTS)
      },
    }),
  ),
  {
    name: 'deleting without criteria deletes all, however many',
    run: async (tester) => {
      const id = tester.freshId()
      const many = span(1, 60).map((sequenceNr) => [sequenceNr, 1_000] as const)
      await tester.saveAll(id, many)
      await tester.store.deleteSnapshots(id)
      await tester.expectStored(id, many, [])
      await tester.save(id, [61, 1_000])
      await tester.expectLoaded(id, [61, 1_000])
    },
  },
  {
    name: 'deleting snapshots of an unknown id is no error',
    run: async (tester) => {
      const persistenceId = tester.freshId()
      await tester.store.deleteSnapshots(persistenceId)
      for (const timestamp of [0, 10]) await tester.store.deleteSnapshot({ persistenceId, sequenceNr: 1, timestamp })
      await tester.expectLoaded(persistenceId, undefined)
    },
  },
  {
    name: 'a snapshot that was deleted can be saved again, of an earlier time too',
    run: async (tester) => {
      const persistenceId = tester.freshId()
      await tester.save(persistenceId, [1, 1_000])
      await tester.store.deleteSnapshot({ persistenceId, sequenceNr: 1, timestamp: 0 })
      await tester.save(persistenceId, [1, 500])
      await tester.expectLoaded(persistenceId, [1, 500])
    },
  },
]
