import { RecoveryError, SerializationError, type SnapshotSelectionCriteria, serialization } from '@dynact/persistence'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

describe('loading', () => {
  test('gives back what was saved, with what it is a snapshot of', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    const state = { balance: 7, owners: ['Ü', '😀'], nested: { empty: {} } }
    await store.saveSnapshot({ persistenceId, sequenceNr: 12, timestamp: 1_700_000_000_000 }, state)

    expect(await store.loadSnapshot(persistenceId)).toEqual({
      metadata: { persistenceId, sequenceNr: 12, timestamp: 1_700_000_000_000 },
      snapshot: state,
    })
  })

  test.each([
    ['text'],
    [new Uint8Array([0, 255])],
    [new Uint8Array(0)],
    [-(2n ** 63n)],
    [true],
    [-0.5],
    [null],
    [[]],
    [''],
  ])('gives %p back as it is', async (state) => {
    const persistenceId = freshId()
    const store = fixture.store()
    await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, state)

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toEqual(state)
  })

  test('finds nothing for an id without snapshots', async () => {
    expect(await fixture.store().loadSnapshot(freshId())).toBeUndefined()
  })

  test('does not see the snapshots of an id that begins alike', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    await store.saveSnapshot({ persistenceId: `${persistenceId}-1`, sequenceNr: 1, timestamp: 1 }, 'other')

    expect(await store.loadSnapshot(persistenceId)).toBeUndefined()
  })

  test('is strongly consistent, of the base table, and takes one request for one item', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    for (const sequenceNr of [1, 2, 3])
      await store.saveSnapshot({ persistenceId, sequenceNr, timestamp: 1 }, 'x'.repeat(100_000))
    fixture.reset()

    await store.loadSnapshot(persistenceId)

    expect(fixture.observed.requests).toMatchObject([{ operation: 'Query', input: { ConsistentRead: true, Limit: 1 } }])
    expect(fixture.observed.requests[0]?.input.IndexName).toBeUndefined()
  })
})

describe('which of several snapshots', () => {
  // The order of their times is not that of their numbers.
  const snapshots = [
    { sequenceNr: 10, timestamp: 5_000 },
    { sequenceNr: 20, timestamp: 1_000 },
    { sequenceNr: 30, timestamp: 4_000 },
    { sequenceNr: 40, timestamp: 2_000 },
    { sequenceNr: 100, timestamp: 3_000 },
  ]
  let persistenceId = ''
  beforeAll(async () => {
    persistenceId = freshId()
    for (const snapshot of snapshots) await fixture.putSnapshot({ persistenceId, ...snapshot })
  })

  const { POSITIVE_INFINITY: infinity, MAX_SAFE_INTEGER: max } = Number
  test.each<[SnapshotSelectionCriteria, number | undefined]>([
    [{}, 100],
    [{ maxSequenceNr: undefined, minTimestamp: undefined }, 100],
    [{ maxSequenceNr: 100 }, 100],
    [{ maxSequenceNr: 99 }, 40],
    [{ maxSequenceNr: 40 }, 40],
    [{ maxSequenceNr: 10 }, 10],
    [{ maxSequenceNr: 9 }, undefined],
    [{ maxSequenceNr: 0 }, undefined],
    [{ maxSequenceNr: -1 }, undefined],
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
    [{ minTimestamp: 5_000.75 }, 10],
    [{ minTimestamp: 3_500, maxTimestamp: 4_500 }, 30],
    [{ minTimestamp: 4_001, maxTimestamp: 4_000 }, undefined],
    [{ maxSequenceNr: 40, minTimestamp: 3_000 }, 30],
    [{ maxSequenceNr: 20, maxTimestamp: 4_000 }, 20],
    [{ minSequenceNr: 30, maxTimestamp: 1_500 }, undefined],
    [{ minSequenceNr: 10, maxSequenceNr: 30, minTimestamp: 4_500, maxTimestamp: 5_500 }, 10],
    [{ maxSequenceNr: infinity, maxTimestamp: infinity, minSequenceNr: -infinity, minTimestamp: -infinity }, 100],
    [{ minSequenceNr: infinity }, undefined],
    [{ maxSequenceNr: max, maxTimestamp: max }, 100],
  ])('%j: %p', async (criteria, sequenceNr) => {
    expect((await fixture.store().loadSnapshot(persistenceId, criteria))?.metadata.sequenceNr).toBe(sequenceNr)
  })

  test('bounds on the time take whole pages: DynamoDB cuts them before it filters', async () => {
    await fixture.store().loadSnapshot(persistenceId, { maxTimestamp: 1_000 })

    expect(fixture.operations()).toEqual(['Query'])
    expect(fixture.observed.requests[0]?.input.Limit).toBeUndefined()
  })

  test('a minimum above its maximum asks nobody', async () => {
    await fixture.store().loadSnapshot(persistenceId, { minTimestamp: 2, maxTimestamp: 1 })

    expect(fixture.operations()).toEqual([])
  })

  test.each([{ maxSequenceNr: Number.NaN }, { minTimestamp: Number.NaN }])(
    'a bound that is not a number is refused',
    async (criteria) => {
      await expect(fixture.store().loadSnapshot(persistenceId, criteria)).rejects.toThrow('is NaN. Give a number')
      expect(fixture.operations()).toEqual([])
    },
  )
})

test('one that matches is found behind hundreds of newer ones that do not, over several pages', async () => {
  const persistenceId = freshId()
  await fixture.putSnapshot({ persistenceId, sequenceNr: 3, timestamp: 100 })
  const newer = Array.from({ length: 200 }, (_, index) => ({ persistenceId, sequenceNr: 4 + index, timestamp: 1_000 }))
  for (let start = 0; start < newer.length; start += 20)
    await Promise.all(newer.slice(start, start + 20).map((metadata) => fixture.putSnapshot(metadata)))
  fixture.reset()
  fixture.cutPages(30)

  const found = await fixture.store().loadSnapshot(persistenceId, { maxTimestamp: 999 })

  expect(found?.metadata).toEqual({ persistenceId, sequenceNr: 3, timestamp: 100 })
  expect(fixture.operations()).toEqual(Array(7).fill('Query'))
}, 30_000)

describe('a snapshot that can not be read', () => {
  const metadata = (persistenceId: string) => ({ persistenceId, sequenceNr: 7, timestamp: 1 })

  test('because an attribute is missing fails with a RecoveryError that names it', async () => {
    const persistenceId = freshId()
    await fixture.putItem({
      par: { S: `journal-P-${persistenceId}` },
      seq: { N: '7' },
      ts: { N: '1' },
      ser_id: { N: '20' },
    })

    const error = await rejectionOf(fixture.store().loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(RecoveryError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 7, code: 'RECOVERY' })
    expect((error as Error).message).toContain(`the snapshot at 7 in table ${fixture.table} can't be read`)
    expect((error as Error).message).toContain('pay_data is not binary or not there')
  })

  test('because its serializer is not known fails with a SerializationError that names it', async () => {
    const persistenceId = freshId()
    await fixture.putItem({
      par: { S: `journal-P-${persistenceId}` },
      seq: { N: '7' },
      ts: { N: '1' },
      ser_id: { N: '4711' },
      ser_manifest: { S: 'State' },
      pay_data: { B: new Uint8Array([1]) },
    })

    const error = await rejectionOf(fixture.store().loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 7, serializerId: 4711, serializerManifest: 'State' })
  })

  test('because its bytes are damaged fails with a SerializationError that says why', async () => {
    const persistenceId = freshId()
    await fixture.store().saveSnapshot(metadata(persistenceId), { a: 1 })
    const item = await fixture.getItem(persistenceId, 7)
    await fixture.putItem({ ...item, pay_data: { B: Buffer.from('{"a":') } })

    const error = await rejectionOf(fixture.store().loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 7, serializerId: 1100 })
  })

  test('does not stand in the way of an older one that criteria ask for', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: 1 }, 'older')
    await fixture.putItem({ par: { S: `journal-P-${persistenceId}` }, seq: { N: '7' }, ts: { N: '1' } })

    expect((await store.loadSnapshot(persistenceId, { maxSequenceNr: 6 }))?.snapshot).toBe('older')
  })
})

describe('when DynamoDB fails', () => {
  test('a load is tried again', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'state')
    fixture.reset()
    fixture.observed.fateOf = (_, index) => (index < 2 ? { fail: serviceError('InternalServerError') } : 'pass')

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe('state')
    expect(fixture.operations()).toHaveLength(3)
  })

  test('until the deadline, a load fails with a RecoveryError that names table, id and why: never "no snapshot"', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = () => ({ fail: serviceError('InternalServerError') })

    const error = await rejectionOf(fixture.store({ retry: impatient }).loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(RecoveryError)
    expect(error).toMatchObject({ persistenceId, code: 'RECOVERY', cause: { name: 'RequestFailedError' } })
    expect((error as Error).message).toMatch(
      new RegExp(`^${persistenceId}: the snapshots in table ${fixture.table} can't be read: .*InternalServerError`),
    )
  })

  test('on the second page, a load fails too', async () => {
    const persistenceId = freshId()
    for (let sequenceNr = 1; sequenceNr <= 4; sequenceNr++)
      await fixture.putSnapshot({ persistenceId, sequenceNr, timestamp: 1 })
    fixture.reset()
    fixture.cutPages(2, (index) => (index > 0 ? { fail: serviceError('AccessDeniedException') } : 'pass'))

    expect(await rejectionOf(fixture.store().loadSnapshot(persistenceId, { minTimestamp: 2 }))).toBeInstanceOf(
      RecoveryError,
    )
    expect(fixture.operations()).toHaveLength(2)
  })
})

describe('an abort', () => {
  const reason = new Error('shutting down')

  test.each([
    ['loadSnapshot', (signal: AbortSignal) => fixture.store().loadSnapshot(freshId(), {}, { signal })],
    [
      'saveSnapshot',
      (signal: AbortSignal) =>
        fixture.store().saveSnapshot({ persistenceId: freshId(), sequenceNr: 1, timestamp: 1 }, 'x', { signal }),
    ],
    [
      'deleteSnapshot',
      (signal: AbortSignal) =>
        fixture.store().deleteSnapshot({ persistenceId: freshId(), sequenceNr: 1, timestamp: 1 }, { signal }),
    ],
    ['deleteSnapshots', (signal: AbortSignal) => fixture.store().deleteSnapshots(freshId(), {}, { signal })],
  ])('of %s comes out as its own reason, and nothing is sent', async (_, attempt) => {
    await expect(attempt(AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(fixture.operations()).toEqual([])
  })

  test('during a request comes out as its own reason', async () => {
    const stop = new AbortController()
    fixture.observed.fateOf = () => {
      stop.abort(reason)
      return 'pass'
    }

    await expect(fixture.store().loadSnapshot(freshId(), {}, { signal: stop.signal })).rejects.toBe(reason)
  })

  test('between two pages ends the requests', async () => {
    const persistenceId = freshId()
    for (let sequenceNr = 1; sequenceNr <= 4; sequenceNr++)
      await fixture.putSnapshot({ persistenceId, sequenceNr, timestamp: 1 })
    const stop = new AbortController()
    fixture.reset()
    fixture.cutPages(1, (index) => {
      if (index === 1) stop.abort(reason)
      return 'pass'
    })

    await expect(
      fixture.store().deleteSnapshots(persistenceId, { minTimestamp: 5 }, { signal: stop.signal }),
    ).rejects.toBe(reason)
    expect(fixture.operations()).toEqual(['Query', 'Query'])
  })
})

describe('closing', () => {
  test('every later call is refused, naming for whom', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    await store.close()

    const refusal = `${persistenceId}: refused, because the snapshot store has been closed.`
    await expect(store.loadSnapshot(persistenceId)).rejects.toThrow(refusal)
    await expect(store.deleteSnapshot({ persistenceId, sequenceNr: 1, timestamp: 0 })).rejects.toThrow(refusal)
    await expect(store.deleteSnapshots(persistenceId)).rejects.toThrow(refusal)
    expect(fixture.operations()).toEqual([])
  })

  test('again is no error', async () => {
    const store = fixture.store()

    await Promise.all([store.close(), store.close()])

    await expect(store.close()).resolves.toBeUndefined()
  })

  test('waits for a load, until its snapshot has been read from its bytes', async () => {
    const persistenceId = freshId()
    await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'state')
    const order: string[] = []
    const slow = {
      identifier: 7_003,
      manifest: () => '',
      toBinary: () => new Uint8Array(0),
      fromBinary: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        order.push('read')
      },
    }
    const store = fixture.store({ serialization: serialization({ fallback: slow }) })
    await store.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 1 }, {})

    await Promise.all([store.loadSnapshot(persistenceId), store.close().then(() => order.push('closed'))])

    expect(order).toEqual(['read', 'closed'])
  })

  test('waits for a call of several requests, and refuses none of them', async () => {
    const persistenceId = freshId()
    for (let sequenceNr = 1; sequenceNr <= 6; sequenceNr++)
      await fixture.putSnapshot({ persistenceId, sequenceNr, timestamp: 1 })
    const store = fixture.store()
    fixture.reset()
    fixture.cutPages(2)

    await Promise.all([store.deleteSnapshots(persistenceId), store.close()])

    fixture.reset()
    expect(await fixture.stored(persistenceId)).toEqual([])
  })
})
