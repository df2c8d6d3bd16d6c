import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { SAME_OR_REJECTED, UNCHANGED } from '../payloads.js'
import { persistenceRejection, REJECTED } from '../rejection.js'
import { span } from '../span.js'
import { needs, needsLimit, type SnapshotStoreCase } from './snapshot-store-case.js'
import type { SnapshotStoreTester, Stamp } from './snapshot-store-tester.js'

const FIRST: Stamp = [1, 1_000]

const stateOf = async (tester: SnapshotStoreTester, id: string): Promise<unknown> =>
  (await (await tester.another()).loadSnapshot(id))?.snapshot

/** Bytes that no compression shrinks much, the same in every run. */
const noise = (size: number): Uint8Array => {
  let seed = 7
  return Uint8Array.from({ length: size }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed >>> 24
  })
}

/** What a save stores, replaces and refuses. */
export const saveCases: readonly SnapshotStoreCase[] = [
  ...UNCHANGED.map(
    ([what, state]): SnapshotStoreCase => ({
      name: `a state comes back as it is: ${what}`,
      run: async (tester) => {
        const id = tester.freshId()
        await tester.save(id, FIRST, state)
        deepStrictEqual(await stateOf(tester, id), state)
      },
    }),
  ),
  ...SAME_OR_REJECTED.filter(([, state]) => state !== undefined).map(
    ([what, state]): SnapshotStoreCase => ({
      name: `a state comes back as it is, or is rejected, but is never changed: ${what}`,
      skip: needs('serializes'),
      run: async (tester) => {
        const id = tester.freshId()
        const isStored = await tester.save(id, FIRST, state).then(
          () => true,
          (error) => {
            strictEqual(error.code, 'WRITE_REJECTED', `the error is: ${error}`)
            return false
          },
        )
        deepStrictEqual(await stateOf(tester, id), isStored ? state : undefined)
      },
    }),
  ),
  ...[1_000, 10_000, 150_000].map(
    (size): SnapshotStoreCase => ({
      name: `a state of ${size} bytes, or half as large as states may be, comes back byte for byte`,
      run: async (tester) => {
        const id = tester.freshId()
        const largest = Math.min(size, Math.floor(tester.capabilities.maxSnapshotBytes / 2))
        for (const [index, state] of [noise(largest), new Uint8Array(largest), 'ab'.repeat(largest / 2)].entries()) {
          await tester.save(id, [1, 1_000 + index], state)
          deepStrictEqual(await stateOf(tester, id), state)
        }
      },
    }),
  ),
  {
    name: 'a state over the limit is rejected, and what was saved before stays',
    skip: needsLimit('maxSnapshotBytes'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.save(id, FIRST)
      const error = await persistenceRejection('a state over the limit', REJECTED, () =>
        tester.save(id, [2, 2_000], noise(tester.capabilities.maxSnapshotBytes + 1)),
      )
      deepStrictEqual([error.persistenceId, error.sequenceNr], [id, 2])
      await tester.expectLoaded(id, FIRST)
    },
  },
  {
    name: 'a state that will not serialize is rejected with the reason, and what was saved before stays',
    skip: needs('serializes'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.save(id, FIRST)
      for (const stamp of [FIRST, [2, 2_000]] as const) {
        const error = await persistenceRejection('a state that will not serialize', ['WRITE_REJECTED'], () =>
          tester.save(id, stamp, tester.unserializable),
        )
        deepStrictEqual([error.persistenceId, error.sequenceNr], [id, stamp[0]])
        strictEqual((error.cause as { code?: unknown } | undefined)?.code, 'SERIALIZATION', 'the code of the cause')
      }
      await tester.expectLoaded(id, FIRST)
    },
  },
  ...(
    [
      ['of a later time replaces it', 2_000, 2_000],
      ['of the same time replaces it', 1_000, 1_000],
      ['of an earlier time does not', 999, 1_000],
    ] as const
  ).map(
    ([what, second, stays]): SnapshotStoreCase => ({
      name: `a second snapshot of one number ${what}`,
      run: async (tester) => {
        const id = tester.freshId()
        const other = await tester.another()
        await tester.save(id, [1, 1], 'another number')
        await tester.save(id, [2, 1_000], 'first')
        await tester.save(id, [2, second], 'second', other)
        deepStrictEqual(await tester.store.loadSnapshot(id), {
          metadata: { persistenceId: id, sequenceNr: 2, timestamp: stays },
          snapshot: second < 1_000 ? 'first' : 'second',
        })
        strictEqual((await tester.store.loadSnapshot(id, { maxSequenceNr: 1 }))?.snapshot, 'another number')
      },
    }),
  ),
  {
    name: 'of several saves of one number at once the one of the latest time stays',
    run: async (tester) => {
      const id = tester.freshId()
      const stores = [tester.store, await tester.another()]
      const times = [5, 2, 9, 1, 7, 3, 8, 4]
      await Promise.all(times.map((time, index) => tester.save(id, [1, time], undefined, stores[index % 2])))
      await tester.expectLoaded(id, [1, 9])
    },
  },
  {
    name: 'many ids are saved at once, and none disturbs another',
    run: async (tester) => {
      const ids = span(1, 40).map(() => tester.freshId())
      await Promise.all(ids.map((id) => tester.save(id, FIRST)))
      for (const id of ids) await tester.expectLoaded(id, FIRST)
    },
  },
  {
    name: 'what a caller or a reader does to a state does not change what is stored',
    skip: needs('serializes'),
    run: async (tester) => {
      for (const [make, change] of [
        [() => ({ list: [1] }), (value: unknown) => (value as { list: number[] }).list.push(2)],
        [() => new Uint8Array([1, 2, 3]), (value: unknown) => (value as Uint8Array).fill(9)],
      ] as const) {
        const id = tester.freshId()
        const state = make()
        await tester.save(id, FIRST, state)
        change(state)
        const loaded = (await tester.store.loadSnapshot(id))?.snapshot
        deepStrictEqual(loaded, make(), 'the caller has changed it')
        change(loaded)
        deepStrictEqual(await stateOf(tester, id), make(), 'the reader has changed it')
      }
    },
  },
]
