// What is stored and can't be read: the load fails, or goes on to an older snapshot, and somebody is told.
import type { Item } from '@dynact/dynamodb'
import { ConfigError, isPersistenceError, RecoveryError, SerializationError, serialization } from '@dynact/persistence'
import type { UnreadableSnapshot, UnreadableVerdict } from '@dynact/snapshot-dynamodb'
import { jest } from '@jest/globals'
import fc from 'fast-check'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, RecordingLogger, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Two snapshots that can be read, then one that lacks its data, and one whose serializer nobody knows. */
const damagedHistory = async (): Promise<string> => {
  const persistenceId = freshId()
  const store = fixture.store()
  await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 10 }, 'first')
  await store.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 20 }, 'second')
  const par = { S: `journal-P-${persistenceId}` }
  await fixture.putItem({ par, seq: { N: '3' }, ts: { N: '30' }, ser_id: { N: '20' } })
  const pay_data = { B: new Uint8Array(1) }
  await fixture.putItem({ par, seq: { N: '4' }, ts: { N: '40' }, ser_id: { N: '4711' }, pay_data })
  fixture.reset()
  return persistenceId
}

describe("onUnreadable 'fail'", () => {
  test('is the default: the load fails with what is wrong with the newest', async () => {
    const error = await rejectionOf(fixture.store().loadSnapshot(await damagedHistory()))

    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ sequenceNr: 4, serializerId: 4711 })
    expect((error as Error).message).toContain(`the snapshot at 4 in table ${fixture.table}`)
  })
})

describe("onUnreadable 'older'", () => {
  test('takes the newest that can be read, and warns of each that can not', async () => {
    const persistenceId = await damagedHistory()
    const logger = new RecordingLogger()

    const loaded = await fixture.store({ onUnreadable: 'older', logger }).loadSnapshot(persistenceId)

    expect(loaded).toMatchObject({ metadata: { sequenceNr: 2 }, snapshot: 'second' })
    expect(logger.warnings.map(({ facts }) => facts)).toEqual([
      { table: fixture.table, persistenceId, sequenceNr: 4, err: expect.any(SerializationError) },
      { table: fixture.table, persistenceId, sequenceNr: 3, err: expect.any(RecoveryError) },
    ])
    expect(logger.warnings[1]?.text).toMatch(/the snapshot at 3 in table .* pay_data is not binary.* An older snapshot/)
    expect(fixture.operations()).toEqual(['Query', 'Query', 'Query'])
  })

  test('keeps to the criteria, so that it may find none', async () => {
    const persistenceId = await damagedHistory()
    const store = fixture.store({ onUnreadable: 'older', logger: new RecordingLogger() })

    expect((await store.loadSnapshot(persistenceId, { maxTimestamp: 30 }))?.snapshot).toBe('second')
    expect(await store.loadSnapshot(persistenceId, { minSequenceNr: 3 })).toBeUndefined()
    expect(await store.loadSnapshot(persistenceId, { minTimestamp: 30 })).toBeUndefined()
  })

  test('without a logger warns by the process', async () => {
    const persistenceId = await damagedHistory()
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)

    await fixture.store({ onUnreadable: 'older' }).loadSnapshot(persistenceId, { maxSequenceNr: 3 })

    const text = expect.stringContaining(`${persistenceId}: the snapshot at 3`)
    expect(warn.mock.calls).toEqual([[text, 'UnreadableSnapshotWarning']])
    warn.mockRestore()
  })

  test('does not hide that DynamoDB fails', async () => {
    const persistenceId = await damagedHistory()
    const store = fixture.store({ onUnreadable: 'older', logger: new RecordingLogger(), retry: impatient })
    fixture.observed.fateOf = (_, index) => (index > 0 ? { fail: serviceError('InternalServerError') } : 'pass')

    const error = await rejectionOf(store.loadSnapshot(persistenceId))

    expect(error).toMatchObject({ code: 'RECOVERY', cause: { name: 'RequestFailedError' } })
  })
})

describe('onUnreadable as a function', () => {
  test('is told of each, and decides', async () => {
    const persistenceId = await damagedHistory()
    const told: UnreadableSnapshot[] = []
    const store = fixture.store({
      onUnreadable: (unreadable) => {
        told.push(unreadable)
        return unreadable.sequenceNr === 4 ? 'older' : 'fail'
      },
    })

    const error = await rejectionOf(store.loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(RecoveryError)
    expect(told).toEqual([
      { table: fixture.table, persistenceId, sequenceNr: 4, error: expect.any(SerializationError) },
      { table: fixture.table, persistenceId, sequenceNr: 3, error },
    ])
  })

  test('that throws fails the load', async () => {
    const persistenceId = await damagedHistory()
    const store = fixture.store({
      onUnreadable: () => {
        throw new RangeError('stop')
      },
    })

    await expect(store.loadSnapshot(persistenceId)).rejects.toThrow(new RangeError('stop'))
  })

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [Promise.resolve('older'), 'a promise'],
    ['OLDER', "'OLDER'"],
  ])('that returns %p fails the load, and says so', async (verdict, shown) => {
    const persistenceId = await damagedHistory()
    const store = fixture.store({ onUnreadable: () => verdict as UnreadableVerdict })

    const error = await rejectionOf(store.loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 4, cause: expect.any(SerializationError) })
    expect((error as Error).message).toContain(`the function onUnreadable gave ${shown} for the snapshot at 4`)
  })
})

test.each<[string, 'older' | (() => UnreadableVerdict)]>([
  ["'older'", 'older'],
  ['a function', () => 'older'],
])(
  'what a serializer needs and can not be reached now is never passed over (onUnreadable %s)',
  async (_, onUnreadable) => {
    const persistenceId = freshId()
    const unreachable = Object.assign(new Error('the service of keys does not answer'), { isTransient: true })
    const keyed = {
      identifier: 4711,
      manifest: () => '',
      toBinary: () => new Uint8Array(1),
      fromBinary: () => {
        throw unreachable
      },
    }
    await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'older')
    const store = fixture.store({
      serialization: serialization({ bindings: [{ when: (value) => value === 'secret', use: keyed }] }),
      onUnreadable,
      logger: new RecordingLogger(),
    })
    await store.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, 'secret')

    const error = await rejectionOf(store.loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({
      sequenceNr: 2,
      message: expect.stringContaining('the service of keys does not answer'),
    })
  },
)

test('a snapshot without a time does not keep a new one of its number from being saved', async () => {
  const persistenceId = freshId()
  await fixture.putItem({ par: { S: `journal-P-${persistenceId}` }, seq: { N: '3' }, ser_id: { N: '20' } })

  await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 1 }, 'state')

  expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toBe('state')
})

describe('whatever is changed in a stored snapshot', () => {
  const state = { text: 'state '.repeat(400), list: [1, 2, 3] }
  const value = fc.oneof(
    fc.record({ S: fc.string({ maxLength: 20 }) }),
    fc.record({ N: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0.5, -1, 1e30)).map(String) }),
    fc.record({ B: fc.uint8Array({ maxLength: 40 }) }),
    fc.constantFrom({ BOOL: true }, { NULL: true as const }, { L: [] }, { M: {} }, { SS: ['a'] }),
  )
  const names = [
    'ser_id',
    'ser_manifest',
    'pay_data',
    'pay',
    'comp',
    'size',
    'pay_comp',
    'set',
    'parts',
    'hash',
    'part',
  ]
  const changes = fc.array(
    fc.oneof(
      fc.record({ put: fc.constantFrom(...names), value }),
      fc.record({ drop: fc.constantFrom(...names) }),
      fc.record({ cut: fc.constantFrom(...names), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ flip: fc.constantFrom(...names), at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  type Change =
    | { put: string; value: unknown }
    | { drop: string }
    | { cut: string; at: number }
    | { flip: string; at: number; bit: number }

  const changed = (item: Item, list: readonly Change[]): Item => {
    const result: Item = { ...item }
    for (const change of list) {
      if ('put' in change) result[change.put] = change.value as Item[string]
      else if ('drop' in change) delete result[change.drop]
      else {
        const name = 'cut' in change ? change.cut : change.flip
        const bytes = result[name]?.B?.slice()
        if (bytes === undefined) continue
        const at = Math.min(Math.floor(change.at * bytes.byteLength), bytes.byteLength - 1)
        if ('flip' in change && bytes.byteLength > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << change.bit)
        result[name] = { B: 'cut' in change ? bytes.subarray(0, Math.max(at, 0)) : bytes }
      }
    }
    return result
  }

  test.each([
    ['plain', {}],
    ['compressed', { compression: 'zlib' as const }],
    ['in parts', { split: true, maxItemSize: 1_000 }],
    [
      'compressed and in parts',
      { compression: { algorithm: 'zlib' as const, level: 1 }, split: true, maxItemSize: 1_000 },
    ],
  ])('of one %s, the load gives a value or an error that names table, id and sequence number', async (_, config) => {
    const persistenceId = freshId()
    const store = fixture.store(config)
    await store.saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, state)
    const { snapshots, parts } = await fixture.itemsOf(persistenceId)
    const targets = [...snapshots, ...parts]
    fixture.reset()

    await fc.assert(
      fc.asyncProperty(fc.nat(), changes, async (which, list) => {
        const target = targets[which % targets.length] as Item
        await fixture.putItem(changed(target, list as Change[]))
        try {
          await store.loadSnapshot(persistenceId)
        } catch (error) {
          if (!isPersistenceError(error)) throw error
          expect(['RECOVERY', 'SERIALIZATION']).toContain(error.code)
          expect(error).toMatchObject({ persistenceId, sequenceNr: 7 })
          expect(error.message).toContain(`the snapshot at 7 in table ${fixture.table}`)
        } finally {
          await fixture.putItem(target)
        }
      }),
      { numRuns: 60 },
    )
    expect((await store.loadSnapshot(persistenceId))?.snapshot).toEqual(state)
  })
})
