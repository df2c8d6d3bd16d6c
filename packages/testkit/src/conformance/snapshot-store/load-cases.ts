import { strictEqual } from 'node:assert/strict'
import type { SnapshotSelectionCriteria } from '@dynact/persistence'
import { span } from '../span.js'
import { needs, type SnapshotStoreCase } from './snapshot-store-case.js'
import type { Stamp } from './snapshot-store-tester.js'

/** Their times do not go up with their numbers. */
const SNAPSHOTS: readonly Stamp[] = [
  [10, 5_000],
  [20, 1_000],
  [30, 4_000],
  [40, 2_000],
  [100, 3_000],
]

const CRITERIA: readonly (readonly [SnapshotSelectionCriteria, number | undefined])[] = [
  [{}, 100],
  [{ maxSequenceNr: undefined, minTimestamp: undefined }, 100],
  [{ maxSequenceNr: 100 }, 100],
  [{ maxSequenceNr: 99 }, 40],
  [{ maxSequenceNr: 40 }, 40],
  [{ maxSequenceNr: 10 }, 10],
  [{ maxSequenceNr: 9 }, undefined],
  [{ maxSequenceNr: 0 }, undefined],
  [{ minSequenceNr: 100 }, 100],
  [{ minSequenceNr: 101 }, undefined],
  [{ minSequenceNr: 20, maxSequenceNr: 35 }, 30],
  [{ minSequenceNr: 31, maxSequenceNr: 39 }, undefined],
  [{ minSequenceNr: 31, maxSequenceNr: 30 }, undefined],
  [{ maxTimestamp: 5_000 }, 100],
  [{ maxTimestamp: 2_999 }, 40],
  [{ maxTimestamp: 1_000 }, 20],
  [{ maxTimestamp: 999 }, undefined],
  [{ minTimestamp: 3_000 }, 100],
  [{ minTimestamp: 3_001 }, 30],
  [{ minTimestamp: 5_000 }, 10],
  [{ minTimestamp: 5_001 }, undefined],
  [{ minTimestamp: 3_500, maxTimestamp: 4_500 }, 30],
  [{ minTimestamp: 4_001, maxTimestamp: 4_000 }, undefined],
  [{ maxSequenceNr: 40, minTimestamp: 3_000 }, 30],
  [{ maxSequenceNr: 20, maxTimestamp: 4_000 }, 20],
  [{ minSequenceNr: 30, maxTimestamp: 1_500 }, undefined],
  [{ minSequenceNr: 10, maxSequenceNr: 30, minTimestamp: 4_500, maxTimestamp: 5_500 }, 10],
  [{ maxSequenceNr: Number.MAX_SAFE_INTEGER, maxTimestamp: Number.MAX_SAFE_INTEGER }, 100],
  [{ maxSequenceNr: Number.POSITIVE_INFINITY, maxTimestamp: Number.POSITIVE_INFINITY }, 100],
]

/** Which snapshot is found. */
export const loadCases: readonly SnapshotStoreCase[] = [
  {
    name: 'of an unknown id no snapshot is found',
    run: async (tester) => {
      strictEqual(await tester.store.loadSnapshot(tester.freshId()), undefined)
      strictEqual(await tester.store.loadSnapshot(tester.freshId(), { maxSequenceNr: 10 }), undefined)
    },
  },
  {
    name: 'of several snapshots the one of the highest number that matches is found, whatever the order they were saved in',
    run: async (tester) => {
      for (const order of [SNAPSHOTS, [...SNAPSHOTS].reverse()]) {
        const id = tester.freshId()
        await tester.saveAll(id, order)
        const store = await tester.another()
        for (const [criteria, expected] of CRITERIA)
          await tester.expectLoaded(
            id,
            SNAPSHOTS.find(([sequenceNr]) => sequenceNr === expected),
            { criteria, store },
          )
      }
    },
  },
  {
    name: 'one that matches by its time is found behind many newer ones that do not',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.save(id, [3, 100])
      await tester.saveAll(
        id,
        span(4, 60).map((sequenceNr) => [sequenceNr, 1_000 + sequenceNr] as const),
      )
      await tester.expectLoaded(id, [3, 100], { criteria: { maxTimestamp: 999 } })
      await tester.expectLoaded(id, [60, 1_060])
    },
  },
  {
    name: 'the largest numbers and times are kept exactly',
    run: async (tester) => {
      const id = tester.freshId()
      const stamp = [Number.MAX_SAFE_INTEGER, 1_791_234_567_891] as const
      await tester.saveAll(id, [[Number.MAX_SAFE_INTEGER - 1, 1], stamp])
      await tester.expectLoaded(id, stamp)
      await tester.expectLoaded(id, stamp, { criteria: { minSequenceNr: Number.MAX_SAFE_INTEGER } })
    },
  },
  {
    name: 'what one process has been told is saved, another one loads at once',
    skip: needs('severalProcesses'),
    run: async (tester) => {
      const id = tester.freshId()
      const store = await tester.another()
      for (const sequenceNr of span(1, 10)) {
        await tester.save(id, [sequenceNr, 1_000])
        await tester.expectLoaded(id, [sequenceNr, 1_000], { store })
      }
    },
  },
]
