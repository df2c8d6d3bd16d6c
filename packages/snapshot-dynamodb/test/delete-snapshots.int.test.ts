import { PersistenceError, type SnapshotSelectionCriteria } from '@dynact/persistence'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Stores small snapshots of these numbers, each with ten times its number as its time. */
const put = async (persistenceId: string, sequenceNrs: readonly number[]): Promise<void> => {
  for (let start = 0; start < sequenceNrs.length; start += 20) {
    const some = sequenceNrs.slice(start, start + 20)
    await Promise.all(
      some.map((sequenceNr) => fixture.putSnapshot({ persistenceId, sequenceNr, timestamp: 10 * sequenceNr })),
    )
  }
  fixture.reset()
}

describe('deleting one snapshot', () => {
  test.each<[string, number, number[]]>([
    ['timestamp 0 deletes it, whatever its time', 0, [1, 3]],
    ['the timestamp that it has deletes it', 20, [1, 3]],
    ['a fraction of its millisecond deletes it', 20.9, [1, 3]],
    ['an earlier timestamp does not', 19, [1, 2, 3]],
    ['a later timestamp does not', 21, [1, 2, 3]],
  ])('%s', async (_, timestamp, left) => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2, 3])

    await fixture.store().deleteSnapshot({ persistenceId, sequenceNr: 2, timestamp })

    expect(await fixture.stored(persistenceId)).toEqual(left)
  })

  test('that was saved with a fraction of a millisecond, by the same metadata', async () => {
    const metadata = { persistenceId: freshId(), sequenceNr: 2, timestamp: 1_700_000_000_000.123 }
    const store = fixture.store()
    await store.saveSnapshot(metadata, 'state')

    await store.deleteSnapshot(metadata)

    expect(await store.loadSnapshot(metadata.persistenceId)).toBeUndefined()
  })

  test.each([0, 20])('that is not there is no error (timestamp %d)', async (timestamp) => {
    const persistenceId = freshId()
    await put(persistenceId, [1])

    await fixture.store().deleteSnapshot({ persistenceId, sequenceNr: 2, timestamp })

    expect(await fixture.stored(persistenceId)).toEqual([1])
  })

  test('whose answer is lost is deleted', async () => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2])
    fixture.observed.fateOf = (_, index) => (index === 0 ? { loseAnswer: 'reset' } : 'pass')

    await fixture.store().deleteSnapshot({ persistenceId, sequenceNr: 2, timestamp: 20 })

    fixture.reset()
    expect(await fixture.stored(persistenceId)).toEqual([1])
  })

  test('that DynamoDB refuses is an error that names it', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = () => ({ fail: serviceError('AccessDeniedException') })

    const error = await rejectionOf(fixture.store().deleteSnapshot({ persistenceId, sequenceNr: 2, timestamp: 0 }))

    expect(error).toBeInstanceOf(PersistenceError)
    expect(error).toMatchObject({ code: 'PERSISTENCE', persistenceId, sequenceNr: 2 })
    expect((error as Error).message).toMatch(
      /deleting the snapshot at 2 failed with AccessDeniedException.*delete again to resume/,
    )
  })
})

describe('deleting by criteria', () => {
  test.each<[SnapshotSelectionCriteria, number[]]>([
    [{}, []],
    [{ maxSequenceNr: 3 }, [4, 5]],
    [{ minSequenceNr: 3 }, [1, 2]],
    [{ minSequenceNr: 2, maxSequenceNr: 4 }, [1, 5]],
    [{ maxTimestamp: 30 }, [4, 5]],
    [{ minTimestamp: 31 }, [1, 2, 3]],
    [{ maxSequenceNr: 4, minTimestamp: 30 }, [1, 2, 5]],
    [{ minSequenceNr: 4, maxSequenceNr: 3 }, [1, 2, 3, 4, 5]],
    [{ minTimestamp: 31, maxTimestamp: 30 }, [1, 2, 3, 4, 5]],
    [{ maxSequenceNr: Number.POSITIVE_INFINITY }, []],
    [{ minSequenceNr: 6 }, [1, 2, 3, 4, 5]],
  ])('%j leaves %j', async (criteria, left) => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2, 3, 4, 5])

    await fixture.store().deleteSnapshots(persistenceId, criteria)

    expect(await fixture.stored(persistenceId)).toEqual(left)
  })

  test('leaves other ids and other journals alone', async () => {
    const [persistenceId, other] = [freshId(), freshId()]
    await put(other, [1])
    await put(persistenceId, [1])
    const shop = fixture.store({ journalName: 'shop' })
    await shop.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'state')

    await fixture.store().deleteSnapshots(persistenceId)

    expect(await fixture.stored(other)).toEqual([1])
    expect((await shop.loadSnapshot(persistenceId))?.snapshot).toBe('state')
  })

  test('an id without snapshots is no error', async () => {
    await expect(fixture.store().deleteSnapshots(freshId())).resolves.toBeUndefined()
  })

  test('reads keys only, and deletes 25 a request', async () => {
    const persistenceId = freshId()
    await put(
      persistenceId,
      Array.from({ length: 60 }, (_, index) => index + 1),
    )

    await fixture.store().deleteSnapshots(persistenceId)

    expect(fixture.observed.requests[0]?.input).toMatchObject({
      ProjectionExpression: '#par, #seq, #set',
      ConsistentRead: true,
    })
    // The last one looks for parts that belong to no snapshot.
    const deletions = ['BatchWriteItem', 'BatchWriteItem', 'BatchWriteItem']
    expect(fixture.operations()).toEqual(['Query', ...deletions, 'Query'])
    expect(await fixture.stored(persistenceId)).toEqual([])
  })

  test('goes over every page of large snapshots', async () => {
    const persistenceId = freshId()
    for (let sequenceNr = 1; sequenceNr <= 8; sequenceNr++)
      await fixture.putSnapshot({ persistenceId, sequenceNr, timestamp: 1 }, 350_000)
    fixture.reset()

    await fixture.store().deleteSnapshots(persistenceId, { minSequenceNr: 2 })

    expect(fixture.operations().filter((operation) => operation === 'Query').length).toBeGreaterThan(2)
    expect(await fixture.stored(persistenceId)).toEqual([1])
  }, 30_000)

  test('goes over every page of which the filter leaves little', async () => {
    const persistenceId = freshId()
    await put(
      persistenceId,
      Array.from({ length: 50 }, (_, index) => index + 1),
    )
    fixture.cutPages(7)

    await fixture.store().deleteSnapshots(persistenceId, { maxTimestamp: 30 })

    fixture.reset()
    expect(await fixture.stored(persistenceId)).toEqual(Array.from({ length: 47 }, (_, index) => index + 4))
  })

  test.each<[string, SnapshotSelectionCriteria]>([
    ['up to a time', { maxTimestamp: 30 }],
    ['from a time on', { minTimestamp: 30 }],
  ])('%s keeps what another time has replaced since it was found', async (_, criteria) => {
    const persistenceId = freshId()
    await put(persistenceId, [3])
    const newer = 'minTimestamp' in criteria ? 20 : 40
    let replaced: Promise<void> | undefined
    fixture.observed.fateOf = ({ operation }) => {
      if (!['DeleteItem', 'BatchWriteItem'].includes(operation)) return 'pass'
      replaced ??= fixture.putSnapshot({ persistenceId, sequenceNr: 3, timestamp: newer })
      return { before: () => replaced }
    }

    await fixture.store().deleteSnapshots(persistenceId, criteria)

    fixture.reset()
    expect(replaced).toBeDefined()
    expect(await fixture.getItem(persistenceId, 3)).toMatchObject({ ts: { N: String(newer) } })
  })

  test('by time takes a request for each', async () => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2, 3])

    await fixture.store().deleteSnapshots(persistenceId, { maxTimestamp: 20 })

    expect(fixture.operations()).toEqual(['Query', 'DeleteItem', 'DeleteItem', 'Query'])
  })

  test('by time, refused, is an error that names the id', async () => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2, 3])
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'DeleteItem' ? { fail: serviceError('AccessDeniedException') } : 'pass'

    const error = await rejectionOf(fixture.store().deleteSnapshots(persistenceId, { maxTimestamp: 30 }))

    expect(error).toMatchObject({ code: 'PERSISTENCE', persistenceId })
    expect((error as Error).message).toContain('delete again to resume')
  })

  test('interrupted after any request: deleting again deletes the rest', async () => {
    const all = Array.from({ length: 60 }, (_, index) => index + 1)
    for (let dies = 0; dies < 4; dies++) {
      const persistenceId = freshId()
      await put(persistenceId, all)
      fixture.observed.fateOf = (_, index) => (index < dies ? 'pass' : { fail: serviceError('AccessDeniedException') })

      const error = await rejectionOf(fixture.store().deleteSnapshots(persistenceId))
      fixture.reset()

      expect(error).toMatchObject({
        code: 'PERSISTENCE',
        persistenceId,
        message: expect.stringContaining('delete again to resume'),
      })
      expect(await fixture.stored(persistenceId)).toHaveLength(dies === 0 ? 60 : 60 - 25 * (dies - 1))
      await fixture.store().deleteSnapshots(persistenceId)
      expect(await fixture.stored(persistenceId)).toEqual([])
    }
  }, 30_000)

  test('is tried again while DynamoDB throttles, and is an error at the deadline', async () => {
    const persistenceId = freshId()
    await put(persistenceId, [1, 2])
    fixture.observed.fateOf = (_, index) => (index < 3 ? { fail: serviceError('ThrottlingException') } : 'pass')

    await fixture.store().deleteSnapshots(persistenceId)
    fixture.reset()
    expect(await fixture.stored(persistenceId)).toEqual([])

    fixture.observed.fateOf = () => ({ fail: serviceError('ThrottlingException') })
    await expect(fixture.store({ retry: impatient }).deleteSnapshots(persistenceId)).rejects.toThrow(
      'ThrottlingException',
    )
  })
})
