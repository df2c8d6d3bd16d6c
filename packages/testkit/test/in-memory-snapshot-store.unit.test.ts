import type { SnapshotSelectionCriteria, SnapshotStore } from '@dynact/persistence'
import { inMemorySnapshotStore } from '@dynact/testkit'

const id = 'orders-7'
let store: SnapshotStore

const save = (sequenceNr: number, timestamp = sequenceNr * 10, snapshot: unknown = `s${sequenceNr}@${timestamp}`) =>
  store.saveSnapshot({ persistenceId: id, sequenceNr, timestamp }, snapshot)
const load = async (criteria?: SnapshotSelectionCriteria) => (await store.loadSnapshot(id, criteria))?.snapshot

beforeEach(() => {
  store = inMemorySnapshotStore()
})

describe('inMemorySnapshotStore', () => {
  test('gives back what was saved', async () => {
    const snapshot = { items: [1] }
    await save(3, 30, snapshot)

    const found = await store.loadSnapshot(id)

    expect(found).toEqual({ metadata: { persistenceId: id, sequenceNr: 3, timestamp: 30 }, snapshot })
    expect(found?.snapshot).not.toBe(snapshot)
    expect(await store.loadSnapshot('another')).toBeUndefined()
  })

  test.each<[SnapshotSelectionCriteria, string | undefined]>([
    [{}, 's3@5'],
    [{ maxSequenceNr: 2 }, 's2@20'],
    [{ maxTimestamp: 15 }, 's3@5'],
    [{ minTimestamp: 6 }, 's2@20'],
    [{ minTimestamp: 6, maxTimestamp: 10 }, 's1@10'],
    [{ minSequenceNr: 4 }, undefined],
    [{ minSequenceNr: 2, maxSequenceNr: 1 }, undefined],
  ])('finds with %j the one of the highest number that matches', async (criteria, expected) => {
    await save(2)
    await save(3, 5)
    await save(1)

    expect(await load(criteria)).toBe(expected)
  })

  test('never replaces a later one of the same number', async () => {
    await save(1, 20)
    await save(1, 10)
    expect(await load()).toBe('s1@20')

    await save(1, 30)

    expect(await load()).toBe('s1@30')
  })

  test('deletes one, if its time matches or none is given', async () => {
    await save(1)
    await save(2)
    await store.deleteSnapshot({ persistenceId: id, sequenceNr: 2, timestamp: 999 })
    expect(await load()).toBe('s2@20')
    await store.deleteSnapshot({ persistenceId: id, sequenceNr: 2, timestamp: 20 })
    expect(await load()).toBe('s1@10')

    await store.deleteSnapshot({ persistenceId: id, sequenceNr: 1, timestamp: 0 })

    expect(await load()).toBeUndefined()
    await store.deleteSnapshot({ persistenceId: 'unknown', sequenceNr: 1, timestamp: 0 })
  })

  test('deletes those that match', async () => {
    for (const nr of [1, 2, 3]) await save(nr)
    await store.deleteSnapshots(id, { maxSequenceNr: 2 })
    expect([await load(), await load({ maxSequenceNr: 2 })]).toEqual(['s3@30', undefined])

    await store.deleteSnapshots(id)

    expect(await load()).toBeUndefined()
    await store.deleteSnapshots('unknown')
  })

  test('rejects what cannot be serialized', async () => {
    await expect(save(1, 10, new Map())).rejects.toMatchObject({
      code: 'WRITE_REJECTED',
      persistenceId: id,
      sequenceNr: 1,
      cause: { code: 'SERIALIZATION' },
    })
    expect(await load()).toBeUndefined()
  })

  test('keeps the objects themselves where it is told to', async () => {
    store = inMemorySnapshotStore({ serialization: false })
    const snapshot = new Map()
    await save(1, 10, snapshot)

    expect(await load()).toBe(snapshot)
  })

  test('stops on a signal, with its reason', async () => {
    const reason = new Error('enough')
    const options = { signal: AbortSignal.abort(reason) }
    const metadata = { persistenceId: id, sequenceNr: 1, timestamp: 1 }

    await expect(store.loadSnapshot(id, {}, options)).rejects.toBe(reason)
    await expect(store.saveSnapshot(metadata, 's', options)).rejects.toBe(reason)
    await expect(store.deleteSnapshot(metadata, options)).rejects.toBe(reason)
    await expect(store.deleteSnapshots(id, {}, options)).rejects.toBe(reason)
  })

  test('refuses everything once it is closed, and a blank id always', async () => {
    await expect(store.loadSnapshot(' ')).rejects.toThrow('persistenceId')
    await store.close()
    await store.close()

    await expect(load()).rejects.toThrow('closed')
    await expect(save(1)).rejects.toThrow('closed')
    await expect(store.deleteSnapshots(id)).rejects.toThrow('closed')
  })
})
