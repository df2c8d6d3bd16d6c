import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { itemSize, MAX_ITEM_BYTES, snapshotItem } from '@dynact/dynamodb'
import {
  ItemTooLargeError,
  SerializationError,
  serialization,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { deleteSnapshotTable, snapshotTableDefinition } from '@dynact/snapshot-dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

describe('a saved snapshot', () => {
  test('is the item that the JVM plugins would have put', async () => {
    const persistenceId = freshId()

    await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 12, timestamp: 1_700_000_000_000.75 }, 'state')

    expect(await fixture.getItem(persistenceId, 12)).toEqual({
      par: { S: `journal-P-${persistenceId}` },
      seq: { N: '12' },
      ts: { N: '1700000000000' },
      pay_data: { B: new Uint8Array(Buffer.from('state')) },
      ser_id: { N: '20' },
    })
  })

  test('names the manifest of its serializer where there is one', async () => {
    const persistenceId = freshId()
    const counter = {
      identifier: 7_001,
      manifest: () => 'Counter:2',
      toBinary: (value: unknown) => Buffer.from(String(value)),
      fromBinary: (bytes: Uint8Array, manifest: string) => `${manifest} ${Buffer.from(bytes)}`,
    }
    const store = fixture.store({
      serialization: serialization({ bindings: [{ when: (value) => typeof value === 'number', use: counter }] }),
    })

    await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 42)

    expect(await fixture.getItem(persistenceId, 1)).toMatchObject({
      ser_id: { N: '7001' },
      ser_manifest: { S: 'Counter:2' },
    })
    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe('Counter:2 42')
  })

  test('of another journalName lies under that name, and is not seen under any other', async () => {
    const persistenceId = freshId()
    const shop = fixture.store({ journalName: 'shop' })

    await shop.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'state')

    expect((await shop.loadSnapshot(persistenceId))?.snapshot).toBe('state')
    expect(await fixture.store().loadSnapshot(persistenceId)).toBeUndefined()
  })

  test('costs one request', async () => {
    await fixture.store().saveSnapshot({ persistenceId: freshId(), sequenceNr: 1, timestamp: 1 }, 'state')

    expect(fixture.operations()).toEqual(['PutItem'])
  })
})

describe('two snapshots of one sequence number', () => {
  test.each<[string, number, number, string]>([
    ['the later one stays when the earlier one comes after it', 2_000, 1_000, 'first'],
    ['the later one replaces the earlier one', 1_000, 2_000, 'second'],
    ['one of the same millisecond replaces the other', 1_000, 1_000.9, 'second'],
  ])('%s', async (_, firstTime, secondTime, winner) => {
    const persistenceId = freshId()
    const store = fixture.store()

    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: firstTime }, 'first')
    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: secondTime }, 'second')

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe(winner)
    expect(await fixture.stored(persistenceId)).toEqual([5])
  })
})

describe('a snapshot that is too large', () => {
  /** A snapshot whose item has exactly this size. */
  const bytesFor = (persistenceId: string, size: number): Uint8Array => {
    const empty = { serializerId: 4, serializerManifest: '', bytes: new Uint8Array(0) }
    return new Uint8Array(
      size - itemSize(snapshotItem('journal', { persistenceId, sequenceNr: 3, timestamp: 1 }, empty)),
    )
  }

  test('is an ItemTooLargeError with its size and the limit, and nothing is sent', async () => {
    const persistenceId = freshId()
    const metadata = { persistenceId, sequenceNr: 3, timestamp: 1 }

    const error = await rejectionOf(fixture.store().saveSnapshot(metadata, new Uint8Array(410_000)))

    expect(error).toBeInstanceOf(ItemTooLargeError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 3, limitBytes: 409_600 })
    expect((error as ItemTooLargeError).sizeBytes).toBeGreaterThan(410_000)
    expect((error as Error).message).toMatch(
      /the snapshot at 3 needs \d+ bytes, limit 409600\. .* Nothing was written\./,
    )
    expect(fixture.operations()).toEqual([])
  })

  test('for the option maxItemSize is one too', async () => {
    const metadata = { persistenceId: freshId(), sequenceNr: 3, timestamp: 1 }

    const error = await rejectionOf(fixture.store({ maxItemSize: 1_000 }).saveSnapshot(metadata, 'x'.repeat(1_000)))

    expect(error).toMatchObject({ name: 'ItemTooLargeError', limitBytes: 1_000 })
    expect(fixture.operations()).toEqual([])
  })

  requiresRealDynamoDB('is found before DynamoDB finds it: the entry in the local index counts too', async () => {
    const persistenceId = freshId()
    const metadata = { persistenceId, sequenceNr: 3, timestamp: 1 }
    const store = fixture.store()
    const indexEntryBytes = `parjournal-P-${persistenceId}`.length + 'seq'.length + 2 + 'ts'.length + 2
    const largest = MAX_ITEM_BYTES - indexEntryBytes

    await store.saveSnapshot(metadata, bytesFor(persistenceId, largest))
    const oneMore = await rejectionOf(store.saveSnapshot(metadata, bytesFor(persistenceId, largest + 1)))

    expect(oneMore).toMatchObject({
      name: 'ItemTooLargeError',
      sizeBytes: MAX_ITEM_BYTES + 1,
      limitBytes: MAX_ITEM_BYTES,
    })
    expect(fixture.operations()).toEqual(['PutItem'])
  })

  requiresRealDynamoDB('for a table whose index projects everything is an ItemTooLargeError too', async () => {
    const persistenceId = freshId()
    const table = `${fixture.table}-all`
    const schema = snapshotTableDefinition({ table })
    const LocalSecondaryIndexes = schema.LocalSecondaryIndexes?.map((index) => ({
      ...index,
      Projection: { ProjectionType: 'ALL' as const },
    }))
    await fixture.client.send(new CreateTableCommand({ ...schema, LocalSecondaryIndexes }))
    const store = fixture.store({ table })

    await store.saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 1 }, bytesFor(persistenceId, 204_700))
    const error = await rejectionOf(
      store.saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 1 }, bytesFor(persistenceId, 204_850)),
    )

    expect(error).toBeInstanceOf(ItemTooLargeError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 3, sizeBytes: 409_700, limitBytes: 409_600 })
    expect((error as Error).message).toContain(`an index of table ${table} holds all of it once more`)
    // DynamoDB refused that one; from now on the store knows.
    fixture.reset()
    const again = store.saveSnapshot({ persistenceId, sequenceNr: 4, timestamp: 1 }, bytesFor(persistenceId, 204_850))
    expect(await rejectionOf(again)).toMatchObject({ name: 'ItemTooLargeError', sizeBytes: 409_700 })
    expect(fixture.operations()).toEqual([])
    await deleteSnapshotTable(fixture.client, { table })
  })
})

describe('a snapshot that will not serialize', () => {
  test('is rejected with the reason as its cause, and nothing is sent', async () => {
    const persistenceId = freshId()

    const error = await rejectionOf(
      fixture.store().saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 1 }, new Map()),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 3, code: 'WRITE_REJECTED' })
    expect((error as Error).cause).toBeInstanceOf(SerializationError)
    expect((error as Error).message).toMatch(/a Map.* Nothing was written\./)
    expect(fixture.operations()).toEqual([])
  })

  test('because its serializer fails later is rejected too', async () => {
    const failing = {
      identifier: 7_002,
      manifest: () => '',
      toBinary: async () => {
        throw new Error('the key store is away')
      },
      fromBinary: () => undefined,
    }
    const store = fixture.store({ serialization: serialization({ fallback: failing }) })

    const error = await rejectionOf(store.saveSnapshot({ persistenceId: freshId(), sequenceNr: 3, timestamp: 1 }, {}))

    expect(error).toMatchObject({ name: 'WriteRejectedError', cause: { name: 'SerializationError' } })
    expect((error as Error).message).toContain('the key store is away')
  })
})

describe('what is rejected', () => {
  test.each([
    ['no text', ''],
    ['only blanks', '  '],
    ['more than fits into a key', 'x'.repeat(2_100)],
  ])('an id of %s', async (_, persistenceId) => {
    const error = await rejectionOf(
      fixture.store().saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, 'state'),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toMatch(/persistenceId/)
    expect(fixture.operations()).toEqual([])
  })

  test('everything, while DynamoDB throttles until the deadline', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = () => ({ fail: serviceError('ThrottlingException') })

    const error = await rejectionOf(
      fixture.store({ retry: impatient }).saveSnapshot({ persistenceId, sequenceNr: 9, timestamp: 1 }, 'state'),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 9 })
    expect((error as Error).message).toMatch(
      /storing the snapshot at 9 failed.* with ThrottlingException.*Nothing was written\./,
    )
  })

  test('what a missing table would take, naming what to do', async () => {
    const store = fixture.store({ table: 'no-such-table' })

    const error = await rejectionOf(
      store.saveSnapshot({ persistenceId: freshId(), sequenceNr: 1, timestamp: 1 }, 'state'),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toContain('createSnapshotTable')
  })
})

test('a save after close is rejected', async () => {
  const store = fixture.store()
  await store.close()

  const error = await rejectionOf(
    store.saveSnapshot({ persistenceId: freshId(), sequenceNr: 9, timestamp: 1 }, 'state'),
  )

  expect(error).toBeInstanceOf(WriteRejectedError)
  expect((error as Error).message).toContain('has been closed')
  expect(fixture.operations()).toEqual([])
})

describe('a lost answer', () => {
  test('is found out by saving again: the snapshot is stored once', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = (_, index) => (index === 0 ? { loseAnswer: 'reset' } : 'pass')

    await fixture.store().saveSnapshot({ persistenceId, sequenceNr: 9, timestamp: 1 }, 'state')

    expect(fixture.operations()).toEqual(['PutItem', 'PutItem'])
    expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toBe('state')
  })

  test('at every attempt makes the save uncertain, and saving again is safe', async () => {
    const persistenceId = freshId()
    const metadata = { persistenceId, sequenceNr: 9, timestamp: 1 }
    fixture.observed.fateOf = () => ({ loseAnswer: 'reset' })

    const error = await rejectionOf(fixture.store({ retry: impatient }).saveSnapshot(metadata, 'state'))

    expect(error).toBeInstanceOf(WriteUncertainError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 9 })
    expect((error as Error).message).toContain('saving it again is safe')
    fixture.reset()
    await fixture.store().saveSnapshot(metadata, 'state')
    expect(await fixture.stored(persistenceId)).toEqual([9])
  })

  test('before a refusal makes the save uncertain too', async () => {
    fixture.observed.fateOf = (_, index) => ({
      fail: index === 0 ? 'reset' : serviceError('AccessDeniedException'),
    })

    const error = await rejectionOf(
      fixture.store().saveSnapshot({ persistenceId: freshId(), sequenceNr: 9, timestamp: 1 }, 'state'),
    )

    expect(error).toBeInstanceOf(WriteUncertainError)
  })

  test('of a save that a later snapshot has overtaken is no error: the later one stays', async () => {
    const persistenceId = freshId()
    const store = fixture.store()
    await fixture.putSnapshot({ persistenceId, sequenceNr: 9, timestamp: 2_000 })
    fixture.reset()
    fixture.observed.fateOf = (_, index) => (index === 0 ? { fail: 'reset' } : 'pass')

    await store.saveSnapshot({ persistenceId, sequenceNr: 9, timestamp: 1_000 }, 'earlier')

    expect((await fixture.getItem(persistenceId, 9))?.['ts']).toEqual({ N: '2000' })
  })
})
