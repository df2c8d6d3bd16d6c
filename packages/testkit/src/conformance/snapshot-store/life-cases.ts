import { strictEqual } from 'node:assert/strict'
import { COLLIDING_IDS, longId } from '../ids.js'
import { persistenceRejection, REJECTED, rejection } from '../rejection.js'
import { turnOfEventLoop } from '../turn-of-event-loop.js'
import { needs, needsLimit, type SnapshotStoreCase } from './snapshot-store-case.js'
import type { SnapshotStoreTester, Stamp } from './snapshot-store-tester.js'

const LONG_ID_BYTES = 2_000
const FIRST: Stamp = [1, 1_000]

const callsOf = ({ store }: SnapshotStoreTester, persistenceId: string, signal?: AbortSignal) => {
  const metadata = { persistenceId, sequenceNr: 1, timestamp: 1_000 }
  const options = { signal }
  return {
    save: () => store.saveSnapshot(metadata, 'state', options),
    others: {
      'a load': () => store.loadSnapshot(persistenceId, {}, options),
      'a deletion': () => store.deleteSnapshot(metadata, options),
      'a deletion by criteria': () => store.deleteSnapshots(persistenceId, {}, options),
    } as Readonly<Record<string, () => Promise<unknown>>>,
  }
}

/** Ids of all kinds, aborts, and the end of a store's life. */
export const lifeCases: readonly SnapshotStoreCase[] = [
  {
    name: 'ids that look like keys, or like each other, are ids of their own',
    run: async (tester) => {
      const unique = tester.freshId()
      const ids = COLLIDING_IDS.map((make) => make(unique))
      for (const [index, id] of ids.entries()) await tester.save(id, [1 + index, 1_000])
      await tester.store.deleteSnapshots(ids[0] as string)
      for (const [index, id] of ids.entries())
        await tester.expectLoaded(id, index === 0 ? undefined : [1 + index, 1_000])
      for (const id of ids) await tester.store.deleteSnapshots(id)
    },
  },
  {
    name: `an id of ${LONG_ID_BYTES} bytes, or as long as ids may be, works`,
    run: async (tester) => {
      const size = Math.min(LONG_ID_BYTES, tester.capabilities.maxPersistenceIdBytes)
      for (const filler of ['x', '\u{1f600}']) {
        const [a, b] = ['a', 'b'].map((last) => longId(tester.freshId(), size, filler, last)) as [string, string]
        await tester.save(a, FIRST)
        await tester.save(b, [2, 1_000])
        await tester.expectLoaded(a, FIRST)
        await tester.store.deleteSnapshots(a)
        await tester.expectLoaded(a, undefined)
        await tester.expectLoaded(b, [2, 1_000])
      }
    },
  },
  {
    name: 'an id that is too long is rejected, and not cut',
    skip: needsLimit('maxPersistenceIdBytes'),
    run: async (tester) => {
      const id = longId(tester.freshId(), tester.capabilities.maxPersistenceIdBytes + 1, 'x', 'x')
      await persistenceRejection('an id that is too long', REJECTED, () => tester.save(id, FIRST))
      await tester.expectLoaded(id.slice(0, -1), undefined)
    },
  },
  ...(
    [
      ['no text', ''],
      ['blanks', ' \t'],
      ['a lone surrogate', 'a\ud800'],
    ] as const
  ).map(
    ([what, id]): SnapshotStoreCase => ({
      name: `an id that no store can hold is refused: ${what}`,
      run: async (tester) => {
        const { save, others } = callsOf(tester, id)
        await persistenceRejection('a save', REJECTED, save)
        for (const [call, run] of Object.entries(others)) await persistenceRejection(call, 'any', run)
      },
    }),
  ),
  {
    name: 'a call whose signal is aborted already rejects with the reason, and does nothing',
    run: async (tester) => {
      const [id, empty] = [tester.freshId(), tester.freshId()]
      await tester.save(id, FIRST)
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      strictEqual(await rejection('a save', callsOf(tester, empty, signal).save), reason)
      for (const [call, run] of Object.entries(callsOf(tester, id, signal).others))
        strictEqual(await rejection(call, run), reason, call)
      await tester.expectLoaded(id, FIRST)
      await tester.expectLoaded(empty, undefined)
    },
  },
  {
    name: 'a save that is aborted on its way is there whole or not at all',
    run: async (tester) => {
      const size = Math.min(5_000, Math.floor(tester.capabilities.maxSnapshotBytes / 2))
      const state = 'x'.repeat(size)
      for (const turns of [0, 1, 2, 4, 8]) {
        const persistenceId = tester.freshId()
        const reason = new Error(`aborted after ${turns} turns of the event loop`)
        const controller = new AbortController()
        const metadata = { persistenceId, sequenceNr: 1, timestamp: 1_000 }
        const outcome = tester.store.saveSnapshot(metadata, state, { signal: controller.signal }).then(
          () => undefined,
          (error: unknown) => error,
        )
        for (let turn = 0; turn < turns; turn++) await turnOfEventLoop()
        controller.abort(reason)
        const error = await outcome
        if (error !== undefined) strictEqual(error, reason)
        const found = await tester.store.loadSnapshot(persistenceId)
        if (error === undefined || found !== undefined) strictEqual(found?.snapshot, state)
      }
    },
  },
  {
    name: 'a store can be closed twice, and refuses everything afterwards',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.save(id, FIRST)
      await Promise.all([tester.store.close(), tester.store.close()])
      await tester.store.close()
      const { save, others } = callsOf(tester, id)
      await persistenceRejection('a save', REJECTED, save)
      for (const [call, run] of Object.entries(others)) await persistenceRejection(call, 'any', run)
    },
  },
  {
    name: 'closing waits for a save under way, and another store finds it',
    skip: needs('severalProcesses'),
    run: async (tester) => {
      const id = tester.freshId()
      let isSettled = false
      const save = tester.save(id, FIRST).finally(() => {
        isSettled = true
      })
      await tester.store.close()
      await turnOfEventLoop()
      strictEqual(isSettled, true, 'it was closed, and a save was still under way')
      await save
      await tester.expectLoaded(id, FIRST, { store: await tester.another() })
    },
  },
]
