import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import type { SnapshotSelectionCriteria } from '@dynact/persistence'
import { createSnapshotTable } from '@dynact/snapshot-dynamodb'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const HOUR = 3_600_000
const keeping = () => fixture.store({ deletedTimeToLiveMs: HOUR })

/** Saves snapshots of these numbers, each with ten times its number as its time. */
const save = async (persistenceId: string, ...sequenceNrs: number[]): Promise<void> => {
  for (const sequenceNr of sequenceNrs)
    await fixture.store().saveSnapshot({ persistenceId, sequenceNr, timestamp: 10 * sequenceNr }, `state ${sequenceNr}`)
}

test('what is deleted stays, and says from when on DynamoDB may remove it', async () => {
  const persistenceId = freshId()
  await save(persistenceId, 1)

  await keeping().deleteSnapshot({ persistenceId, sequenceNr: 1, timestamp: 0 })

  const item = await fixture.getItem(persistenceId, 1)
  expect(item?.['pay_data']?.B).toBeDefined()
  const seconds = Number(item?.['expiry']?.N) - Math.floor(Date.now() / 1_000)
  expect(seconds).toBeGreaterThan(3_500)
  expect(seconds).toBeLessThanOrEqual(3_601)
})

test.each<[SnapshotSelectionCriteria, number[]]>([
  [{}, []],
  [{ maxSequenceNr: 3 }, [4, 5]],
  [{ minTimestamp: 31 }, [1, 2, 3]],
  [{ maxSequenceNr: 4, minTimestamp: 30 }, [1, 2, 5]],
])('of %j every reader sees %j', async (criteria, left) => {
  const persistenceId = freshId()
  await save(persistenceId, 1, 2, 3, 4, 5)

  await keeping().deleteSnapshots(persistenceId, criteria)

  expect(await fixture.stored(persistenceId)).toEqual(left)
  for (const store of [keeping(), fixture.store()]) {
    const newest = await store.loadSnapshot(persistenceId)
    expect(newest?.metadata.sequenceNr).toBe(left.at(-1))
    for (const sequenceNr of [1, 2, 3, 4, 5]) {
      const loaded = await store.loadSnapshot(persistenceId, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr })
      expect(loaded?.snapshot).toBe(left.includes(sequenceNr) ? `state ${sequenceNr}` : undefined)
    }
  }
})

test.each([
  [20, [1, 3]],
  [19, [1, 2, 3]],
])('of one snapshot with timestamp %d leaves %j', async (timestamp, left) => {
  const persistenceId = freshId()
  await save(persistenceId, 1, 2, 3)

  await keeping().deleteSnapshot({ persistenceId, sequenceNr: 2, timestamp })

  expect(await fixture.stored(persistenceId)).toEqual(left)
})

test('deleting again changes nothing of it', async () => {
  const persistenceId = freshId()
  await save(persistenceId, 1, 2)
  await keeping().deleteSnapshots(persistenceId, {})
  fixture.reset()

  await keeping().deleteSnapshots(persistenceId, {})

  expect(fixture.operations()).not.toContain('UpdateItem')
})

test('one that another deletion removes meanwhile does not come back', async () => {
  const persistenceId = freshId()
  await save(persistenceId, 1)
  let removal: Promise<void> | undefined
  const remove = () => (removal ??= fixture.store().deleteSnapshots(persistenceId, {}))
  fixture.observed.fateOf = ({ operation }) => (operation === 'UpdateItem' ? { before: remove } : 'pass')

  await keeping().deleteSnapshots(persistenceId, {})

  expect(removal).toBeDefined()
  expect(await fixture.getItem(persistenceId, 1)).toBeUndefined()
})

test.each([5, 10, 15])('its number can be saved again, at time %d', async (timestamp) => {
  const persistenceId = freshId()
  await save(persistenceId, 1)
  await keeping().deleteSnapshots(persistenceId, {})

  await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 1, timestamp }, 'again')

  expect(await fixture.store().loadSnapshot(persistenceId)).toMatchObject({
    metadata: { timestamp },
    snapshot: 'again',
  })
})

test('one in parts is deleted at once, with its parts', async () => {
  const persistenceId = freshId()
  const state = 'x'.repeat(5_000)
  const store = fixture.store({ deletedTimeToLiveMs: HOUR, split: true, maxItemSize: 2_000 })
  await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 10 }, state)
  expect((await fixture.itemsOf(persistenceId)).parts.length).toBeGreaterThan(1)

  await store.deleteSnapshots(persistenceId, {})

  expect(await fixture.itemsOf(persistenceId)).toEqual({ snapshots: [], parts: [], records: [] })
})

requiresRealDynamoDB('the table has its time to live switched on', async () => {
  await createSnapshotTable(fixture.client, { table: fixture.table, deletedTimeToLiveMs: HOUR })

  const { TimeToLiveDescription } = await fixture.client.send(
    new DescribeTimeToLiveCommand({ TableName: fixture.table }),
  )
  expect(TimeToLiveDescription).toEqual({ AttributeName: 'expiry', TimeToLiveStatus: 'ENABLED' })
})
