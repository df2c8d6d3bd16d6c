// What the README and the store's TSDoc say that operations cost, in requests and capacity units.
import type { OperationMetrics } from '@dynact/dynamodb'
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import { describeOnRealDynamoDB } from '../../../tools/test-support/index.js'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

const READS = ['Query', 'GetItem', 'BatchGetItem']

/** Requests, read units and write units of a call. */
const costOf = async (
  config: Partial<SnapshotStoreConfig>,
  call: (store: ReturnType<typeof fixture.store>) => unknown,
) => {
  const seen: OperationMetrics[] = []
  await call(fixture.store({ ...config, onMetrics: (metrics) => seen.push(metrics) }))
  const units = (isRead: boolean) =>
    seen
      .filter(({ operation }) => READS.includes(operation) === isRead)
      .reduce((total, { capacityUnits = Number.NaN }) => total + capacityUnits, 0)
  return { requests: seen.length, read: units(true), write: units(false) }
}

describeOnRealDynamoDB('a snapshot of 100,000 bytes', () => {
  const state = 'x'.repeat(100_000)
  const persistenceId = freshId()
  const metadataOf = (sequenceNr: number) => ({ persistenceId, sequenceNr, timestamp: 10 * sequenceNr })

  test('takes a write unit per begun KiB, and one for the index', async () => {
    for (const sequenceNr of [1, 2, 3])
      expect(await costOf({}, (store) => store.saveSnapshot(metadataOf(sequenceNr), state))).toEqual({
        requests: 1,
        read: 0,
        write: 98 + 1,
      })
  })

  test.each([{}, { maxSequenceNr: 2 }, { minSequenceNr: 3 }])(
    'is loaded in one request, for a read unit per begun 4 KiB, whatever lies beside it (%j)',
    async (criteria) => {
      const cost = await costOf({}, (store) => store.loadSnapshot(persistenceId, criteria))

      expect(cost).toEqual({ requests: 1, read: 25, write: 0 })
    },
  )

  test('is found by its time for the read of all from the newest on', async () => {
    const cost = await costOf({}, (store) => store.loadSnapshot(persistenceId, { maxTimestamp: 10 }))

    expect(cost.requests).toBe(1)
    expect(cost.read).toBeGreaterThanOrEqual(73)
    expect(cost.read).toBeLessThanOrEqual(75)
  })

  test('is deleted in two requests', async () => {
    const cost = await costOf({}, (store) => store.deleteSnapshot(metadataOf(3)))

    expect(cost).toMatchObject({ requests: 2, write: 98 + 1 })
    expect(cost.read).toBeLessThanOrEqual(1) // DynamoDB Local takes nothing for finding nothing
  })
})

describeOnRealDynamoDB('a snapshot in three parts', () => {
  const split = { split: true, maxItemSize: 50_000 }
  const state = 'x'.repeat(130_000)
  const metadata = { persistenceId: freshId(), sequenceNr: 1, timestamp: 1 }

  test('takes three requests more, and about seven write units', async () => {
    const { requests, read, write } = await costOf(split, (store) => store.saveSnapshot(metadata, state))

    expect(requests).toBe(3 + 3)
    expect(read).toBeLessThanOrEqual(1)
    expect(write - (49 + 49 + 30)).toBeGreaterThan(0)
    expect(write - (49 + 49 + 30)).toBeLessThanOrEqual(8)
  })

  test('is loaded in two requests, for one read unit more', async () => {
    const { requests, read, write } = await costOf({}, (store) => store.loadSnapshot(metadata.persistenceId))

    expect([requests, write]).toEqual([2, 0])
    expect(read - 130_000 / 4_096).toBeGreaterThan(1)
    expect(read - 130_000 / 4_096).toBeLessThan(1 + 3)
  })
})
