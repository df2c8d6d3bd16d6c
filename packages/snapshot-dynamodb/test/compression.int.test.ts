import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import type { Item } from '@dynact/dynamodb'
import { RecoveryError } from '@dynact/persistence'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const metadataOf = (persistenceId: string) => ({ persistenceId, sequenceNr: 7, timestamp: 5 })

describe('a compressed snapshot', () => {
  test('says so in its item, and has no attribute that a JVM would take for the state', async () => {
    const persistenceId = freshId()
    const state = 'state '.repeat(1_000)

    await fixture.store({ compression: 'zlib' }).saveSnapshot(metadataOf(persistenceId), state)

    expect(await fixture.getItem(persistenceId, 7)).toEqual({
      par: { S: `journal-P-${persistenceId}` },
      seq: { N: '7' },
      ts: { N: '5' },
      ser_id: { N: '20' },
      comp: { S: 'zlib' },
      size: { N: '6000' },
      pay_comp: { B: new Uint8Array(deflateSync(state)) },
    })
  })

  test('is read by any store, and deleted', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    const state = { text: 'state '.repeat(1_000) }
    await fixture.store({ compression: 'zlib' }).saveSnapshot(metadataOf(persistenceId), state)

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toEqual(state)
    await store.deleteSnapshot(metadataOf(persistenceId))
    expect(await store.loadSnapshot(persistenceId)).toBeUndefined()
  })

  test('may be larger than an item before', async () => {
    const persistenceId = freshId()
    const state = 'state '.repeat(1_000_000)
    const store = fixture.store({ compression: { algorithm: 'zlib', level: 1 } })

    await store.saveSnapshot(metadataOf(persistenceId), state)

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe(state)
  })

  test.each<[string, 'none' | 'zlib' | object, Uint8Array | string]>([
    ['that would not get smaller', 'zlib', new Uint8Array(randomBytes(5_000))],
    ['of fewer bytes than minBytes', { algorithm: 'zlib', minBytes: 5_001 }, 'x'.repeat(5_000)],
    ['of few bytes, by default', 'zlib', 'x'.repeat(1_000)],
    ['of a store without compression', 'none', 'x'.repeat(5_000)],
  ])('one %s is stored as the JVM stores it', async (_, compression, state) => {
    const persistenceId = freshId()
    const store = fixture.store({ compression: compression as 'zlib' })

    await store.saveSnapshot(metadataOf(persistenceId), state)

    const item = await fixture.getItem(persistenceId, 7)
    expect(Object.keys(item ?? {}).sort()).toEqual(['par', 'pay_data', 'seq', 'ser_id', 'ts'])
    expect((await store.loadSnapshot(persistenceId))?.snapshot).toEqual(state)
  })

  test('of no bytes comes back', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    const item = { pay_comp: { B: new Uint8Array(deflateSync('')) }, comp: { S: 'zlib' }, size: { N: '0' } }
    await fixture.putSnapshot(metadataOf(persistenceId))
    const { pay_data: _, ...rest } = (await fixture.getItem(persistenceId, 7)) ?? {}
    await fixture.putItem({ ...rest, ...item })

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toEqual(Buffer.alloc(0))
  })
})

describe('a compressed snapshot that is damaged', () => {
  const bomb = new Uint8Array(deflateSync(new Uint8Array(100_000_000)))

  test.each<[string, (item: Item) => Item, RegExp]>([
    [
      'its bytes are cut',
      (item) => ({ ...item, pay_comp: { B: item['pay_comp']?.B?.subarray(0, 9) as Uint8Array } }),
      /unexpected end of file/,
    ],
    [
      'its bytes are others',
      (item) => ({ ...item, pay_comp: { B: new Uint8Array(100) } }),
      /unknown compression method/,
    ],
    ['it is a bomb', (item) => ({ ...item, pay_comp: { B: bomb } }), /Cannot create a Buffer larger than 6000 bytes/],
    [
      'its size is absurd',
      (item) => ({ ...item, size: { N: '9007199254740991' } }),
      /can't be 9007199254740991 uncompressed/,
    ],
    [
      'its size is another',
      (item) => ({ ...item, size: { N: '6001' } }),
      /it has 6000 bytes uncompressed, and should have 6001/,
    ],
    ['its size is 0', (item) => ({ ...item, size: { N: '0' } }), /larger than 1 byte/],
    ['its size is negative', (item) => ({ ...item, size: { N: '-1' } }), /size is negative/],
    ['it has no size', ({ size: _, ...item }) => item, /size is not there/],
    ['it has no bytes', ({ pay_comp: _, ...item }) => item, /pay_comp is not binary or not there/],
    [
      'its compression is not known',
      (item) => ({ ...item, comp: { S: 'zstd' } }),
      /compressed by "zstd", which this version does not know/,
    ],
    ['its compression is a number', (item) => ({ ...item, comp: { N: '1' } }), /which this version does not know/],
  ])('because %s fails, naming the snapshot and why', async (_, damage, why) => {
    const persistenceId = freshId()
    await fixture.store({ compression: 'zlib' }).saveSnapshot(metadataOf(persistenceId), 'state '.repeat(1_000))
    await fixture.putItem(damage((await fixture.getItem(persistenceId, 7)) ?? {}))

    const error = await rejectionOf(fixture.store().loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(RecoveryError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 7 })
    expect((error as Error).message).toContain(`the snapshot at 7 in table ${fixture.table} can't be read`)
    expect((error as Error).message).toMatch(why)
  })
})
