// Snapshots in parts: what is stored, what a crash or another writer leaves, and that nothing of it is ever mistaken.
import { randomBytes } from 'node:crypto'
import { CreateTableCommand, DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { ItemTooLargeError, type PersistenceError, RecoveryError, WriteRejectedError } from '@dynact/persistence'
import { deleteSnapshotTable, type SnapshotStoreConfig, snapshotTableDefinition } from '@dynact/snapshot-dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { describeOnRealDynamoDB } from '../../../tools/test-support/index.js'
import { diesBefore, type ObservedRequest, serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, impatient, RecordingLogger, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Small parts: some hundred bytes of state in each. */
const inParts: Partial<SnapshotStoreConfig> = { split: true, maxItemSize: 1_000 }
const splitting = (config: Partial<SnapshotStoreConfig> = {}) => fixture.store({ ...inParts, ...config })
/** States that are told apart by every part of them. */
const stateOf = (name: string, bytes = 3_000): string => name.repeat(bytes / name.length)
/** Bytes of a state in two parts, for tests of many rounds. */
const SHORT = 1_200
/** Such a test takes seconds, and minutes where the machine is busy. */
const MINUTES = 300_000
/** No attempt is given up while the test holds it back. */
const patient = { attemptMs: 50_000, totalMs: 50_000 }
/** Is it the request that puts this part? */
const putsPart = ({ operation, input }: ObservedRequest, place: number): boolean =>
  operation === 'PutItem' && new RegExp(`-SP-\\d+-${place}$`).test(input.Item.par.S)
const set = (item: Record<string, { N?: string }> | undefined) => item?.['set']?.N

describeOnRealDynamoDB('a snapshot in parts', () => {
  test('comes back, however many bytes it has', async () => {
    const persistenceId = freshId()
    const store = fixture.store({ split: true })
    const state = new Uint8Array(randomBytes(1_500_000))

    await store.saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, state)

    const loaded = await fixture.store().loadSnapshot(persistenceId)
    expect(loaded?.metadata).toEqual({ persistenceId, sequenceNr: 7, timestamp: 5 })
    expect(Buffer.compare(loaded?.snapshot as Uint8Array, state)).toBe(0)
  })

  test('as large as the default allows is loaded four parts a request', async () => {
    const persistenceId = freshId()
    const store = fixture.store({ split: true, retry: patient })
    const state = new Uint8Array(randomBytes(16 * 1024 * 1024))
    await store.saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, state)
    fixture.reset()

    const loaded = await store.loadSnapshot(persistenceId)

    expect(Buffer.compare(loaded?.snapshot as Uint8Array, state)).toBe(0)
    const batches = fixture.observed.requests.filter(({ operation }) => operation === 'BatchGetItem')
    expect(batches.map(({ input }) => input.RequestItems[fixture.table].Keys.length).sort()).toEqual([
      1,
      ...Array.from({ length: 10 }, () => 4),
    ])
  })

  test('whose bytes are changed while it is saved is what they were before', async () => {
    const persistenceId = freshId()
    const state = new Uint8Array(randomBytes(5_000))
    const before = state.slice()
    fixture.observed.fateOf = (request) => {
      if (putsPart(request, 0)) state.fill(0)
      return 'pass'
    }

    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, state)

    expect(state[0]).toBe(0)
    expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toEqual(before)
  })

  test('takes three requests and one for each part to save, and two to load', async () => {
    const persistenceId = freshId()
    const store = splitting()

    await store.saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, stateOf('state'))
    const operations = fixture.operations()
    const { parts } = await fixture.itemsOf(persistenceId)

    expect(operations).toEqual(['Query', 'PutItem', ...parts.map(() => 'PutItem'), 'TransactWriteItems'])
    fixture.reset()
    await store.loadSnapshot(persistenceId)

    expect(fixture.operations()).toEqual(['Query', 'BatchGetItem'])
  })

  test('is an item without data, parts under keys of their own, and a record that is done', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, stateOf('state'))

    const { snapshots, parts, records } = await fixture.itemsOf(persistenceId)

    expect(snapshots).toEqual([
      {
        par: { S: `journal-P-${persistenceId}` },
        seq: { N: '7' },
        ts: { N: '5' },
        ser_id: { N: '20' },
        set: { N: expect.any(String) },
        parts: { N: String(parts.length) },
        hash: { B: expect.any(Uint8Array) },
      },
    ])
    expect(parts.every((part) => part['ts'] === undefined && set(part) === set(snapshots[0]))).toBe(true)
    expect(records).toMatchObject([{ seq: { N: `-${set(snapshots[0])}` }, state: { S: 'done' }, of: { N: '7' } }])
    expect(records[0]?.['ts']).toBeUndefined()
  })

  test('is one entry of the index, whatever the bounds of a JVM plugin', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, stateOf('state'))

    const page = await fixture.client.send(
      new QueryCommand({
        TableName: fixture.table,
        IndexName: 'ts-idx',
        KeyConditionExpression: 'par = :par AND ts BETWEEN :min AND :max',
        ExpressionAttributeValues: {
          ':par': { S: `journal-P-${persistenceId}` },
          ':min': { N: '0' },
          ':max': { N: '9223372036854775807' },
        },
      }),
    )

    expect(page.Items?.map((item) => item['seq']?.N)).toEqual(['7'])
  })

  test('is compressed before it is split', async () => {
    const persistenceId = freshId()
    const store = splitting({ compression: 'zlib' })
    const state = Array.from({ length: 400 }, () => `entry ${randomBytes(4).toString('hex')}`)

    await store.saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, state)

    const { snapshots, parts } = await fixture.itemsOf(persistenceId)
    expect(snapshots[0]).toMatchObject({ comp: { S: 'zlib' }, size: { N: String(JSON.stringify(state).length) } })
    expect(parts.length).toBeGreaterThan(1)
    expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toEqual(state)
  })

  test('is one item where that is enough', async () => {
    const persistenceId = freshId()

    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 5 }, 'small')

    expect(fixture.operations()).toEqual(['PutItem'])
  })

  test('larger than split.maxBytes is refused before anything is sent', async () => {
    const metadata = { persistenceId: freshId(), sequenceNr: 7, timestamp: 5 }
    const store = splitting({ split: { maxBytes: 2_999 } })

    const error = await rejectionOf(store.saveSnapshot(metadata, stateOf('state')))

    expect(error).toBeInstanceOf(ItemTooLargeError)
    expect(error).toMatchObject({ sequenceNr: 7, sizeBytes: 3_000, limitBytes: 2_999 })
    expect((error as Error).message).toContain('raise split.maxBytes')
    expect(fixture.operations()).toEqual([])
  })

  test('whose id leaves no room for it is refused before anything is sent', async () => {
    const metadata = { persistenceId: 'x'.repeat(1_000), sequenceNr: 7, timestamp: 5 }

    expect(await rejectionOf(splitting().saveSnapshot(metadata, ''))).toBeInstanceOf(ItemTooLargeError)
    expect(fixture.operations()).toEqual([])
  })

  test('in a table whose index projects everything is made as soon as half an item is not enough', async () => {
    const persistenceId = freshId()
    const table = `${fixture.table}-all`
    const schema = snapshotTableDefinition({ table })
    const LocalSecondaryIndexes = schema.LocalSecondaryIndexes?.map((index) => ({
      ...index,
      Projection: { ProjectionType: 'ALL' as const },
    }))
    await fixture.client.send(new CreateTableCommand({ ...schema, LocalSecondaryIndexes }))
    fixture.reset()
    const store = fixture.store({ table, split: true })
    const state = 'x'.repeat(300_000)

    await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, state)
    const first = fixture.operations()
    fixture.reset()
    await store.saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, state)

    expect(first).toEqual(['PutItem', 'Query', 'PutItem', 'PutItem', 'TransactWriteItems'])
    expect(fixture.operations()).toEqual(['Query', 'BatchGetItem', 'PutItem', 'PutItem', 'TransactWriteItems'])
    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe(state)
    await deleteSnapshotTable(fixture.client, { table })
  })
})

describeOnRealDynamoDB('of two snapshots of one sequence number', () => {
  test.each<[string, number, number, string]>([
    ['the later one stays when the earlier one comes after it', 2_000, 1_000, 'first'],
    ['the later one replaces the earlier one', 1_000, 2_000, 'second'],
    ['one of the same millisecond replaces the other', 1_000, 1_000.9, 'second'],
  ])('%s', async (_, firstTime, secondTime, winner) => {
    const persistenceId = freshId()
    const store = splitting()
    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: firstTime }, stateOf('first_'))

    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: secondTime }, stateOf('second'))

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toMatch(new RegExp(`^${winner}`))
    await fixture.ageRecords(persistenceId)
    await store.deleteSnapshots(persistenceId, { minSequenceNr: 99 })
    const { snapshots, parts, records } = await fixture.itemsOf(persistenceId)
    expect(parts.map(set)).toEqual(parts.map(() => set(snapshots[0])))
    expect(records).toHaveLength(1)
  })

  test('saved at once by several writers, one stays, whole, and nothing of the others', async () => {
    const persistenceId = freshId()
    const names = ['writer_A', 'writer_B', 'writer_C', 'writer_D']
    const save = (name: string) =>
      splitting().saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: 1 }, stateOf(name, 4_000))

    const saves = await Promise.allSettled(names.map(save))

    const loaded = await fixture.store().loadSnapshot(persistenceId)
    expect(saves.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect(names.map((name) => stateOf(name, 4_000))).toContain(loaded?.snapshot)
    await fixture.ageRecords(persistenceId)
    await fixture.store().deleteSnapshots(persistenceId, { minSequenceNr: 99 })
    const { snapshots, parts } = await fixture.itemsOf(persistenceId)
    expect(new Set(parts.map(set))).toEqual(new Set([set(snapshots[0])]))
  })

  test('a plain one replaces one in parts, and the next deletion removes these', async () => {
    const persistenceId = freshId()
    const store = splitting()
    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: 1 }, stateOf('large'))

    await store.saveSnapshot({ persistenceId, sequenceNr: 5, timestamp: 2 }, 'small')

    expect((await store.loadSnapshot(persistenceId))?.snapshot).toBe('small')
    await store.deleteSnapshots(persistenceId, { maxSequenceNr: 1 })
    expect(await fixture.itemsOf(persistenceId)).toMatchObject({ snapshots: [{}], parts: [], records: [] })
  })
})

describeOnRealDynamoDB('deleting', () => {
  const metadataOf = (persistenceId: string, sequenceNr: number) => ({
    persistenceId,
    sequenceNr,
    timestamp: 10 * sequenceNr,
  })
  const saved = async (): Promise<string> => {
    const persistenceId = freshId()
    for (const sequenceNr of [1, 2, 3])
      await splitting().saveSnapshot(metadataOf(persistenceId, sequenceNr), stateOf(`s${sequenceNr}`))
    fixture.reset()
    return persistenceId
  }
  const left = async (persistenceId: string) => {
    const { snapshots, parts, records } = await fixture.itemsOf(persistenceId)
    const numbers = (items: typeof parts, name: string) => [...new Set(items.map((item) => Number(item[name]?.N)))]
    expect(numbers(parts, 'seq').sort()).toEqual(numbers(snapshots, 'seq').sort())
    expect(numbers(records, 'of').sort()).toEqual(numbers(snapshots, 'seq').sort())
    return numbers(snapshots, 'seq').sort()
  }

  test.each([0, 20])('one snapshot deletes its parts (timestamp %d)', async (timestamp) => {
    const persistenceId = await saved()

    await fixture.store().deleteSnapshot({ ...metadataOf(persistenceId, 2), timestamp })

    expect(await left(persistenceId)).toEqual([1, 3])
  })

  test('one of another time deletes none', async () => {
    const persistenceId = await saved()

    await fixture.store().deleteSnapshot({ ...metadataOf(persistenceId, 2), timestamp: 21 })

    expect(await left(persistenceId)).toEqual([1, 2, 3])
  })

  test('by criteria deletes the parts of all that match', async () => {
    const persistenceId = await saved()

    await fixture.store().deleteSnapshots(persistenceId, { maxSequenceNr: 3, maxTimestamp: 20 })
    expect(await left(persistenceId)).toEqual([3])

    await fixture.store().deleteSnapshots(persistenceId)
    expect(await left(persistenceId)).toEqual([])
  })

  test('by a JVM, which knows nothing of parts, leaves some that the next deletion removes', async () => {
    const persistenceId = await saved()
    const Key = { par: { S: `journal-P-${persistenceId}` }, seq: { N: '2' } }
    await fixture.client.send(new DeleteItemCommand({ TableName: fixture.table, Key }))

    await fixture.store().deleteSnapshots(persistenceId, { maxSequenceNr: 1 })

    expect(await left(persistenceId)).toEqual([3])
  })

  test('leaves the parts of an id that begins alike alone', async () => {
    const [persistenceId, store] = [await saved(), splitting()]
    const other = `${persistenceId}-1`
    await store.saveSnapshot(metadataOf(other, 1), stateOf('other'))

    await store.deleteSnapshots(persistenceId)

    expect((await store.loadSnapshot(other))?.snapshot).toBe(stateOf('other'))
  })

  test('takes up again what is left unprocessed', async () => {
    const persistenceId = await saved()
    let batches = 0
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'BatchWriteItem' ? { unprocessed: (index) => (batches++ === 0 ? true : index % 2 === 1) } : 'pass'

    await fixture.store().deleteSnapshots(persistenceId)

    fixture.reset()
    expect(batches).toBeGreaterThan(3)
    expect(await left(persistenceId)).toEqual([])
  })

  test(
    'interrupted after any request, deleting again deletes the rest',
    async () => {
      for (let dies = 0; ; dies++) {
        const persistenceId = await saved()
        fixture.observed.fateOf = diesBefore(dies)
        const outcome = await fixture
          .store()
          .deleteSnapshots(persistenceId)
          .catch((error: PersistenceError) => error.code)
        fixture.reset()
        expect([undefined, 'PERSISTENCE']).toContain(outcome)

        // What is still there is whole.
        const loaded = await fixture.store().loadSnapshot(persistenceId)
        if (loaded !== undefined) expect(loaded.snapshot).toBe(stateOf(`s${loaded.metadata.sequenceNr}`))
        // A record that is dead stays for an hour.
        await fixture.ageRecords(persistenceId)
        await fixture.store().deleteSnapshots(persistenceId)
        expect(await left(persistenceId)).toEqual([])
        if (outcome === undefined) break
      }
    },
    MINUTES,
  )
})

describeOnRealDynamoDB('a save interrupted after every request', () => {
  test(
    'is there or not, whole; what it leaves is found later',
    async () => {
      for (let dies = 0; ; dies++) {
        const persistenceId = freshId()
        await splitting().saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: 1 }, stateOf('older', SHORT))
        fixture.reset()
        fixture.observed.fateOf = diesBefore(dies)
        const outcome = await splitting()
          .saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('newer', SHORT))
          .then(
            () => 'stored',
            (error: unknown) => (error instanceof WriteRejectedError ? 'rejected' : error),
          )
        fixture.reset()

        const loaded = await fixture.store().loadSnapshot(persistenceId)
        expect([outcome, loaded?.snapshot]).toEqual(
          outcome === 'stored' ? ['stored', stateOf('newer', SHORT)] : ['rejected', stateOf('older', SHORT)],
        )

        // A writer that may still be at work is left alone; one that is long dead is not.
        const { parts } = await fixture.itemsOf(persistenceId)
        await splitting().saveSnapshot({ persistenceId, sequenceNr: 3, timestamp: 3 }, stateOf('third', SHORT))
        expect((await fixture.itemsOf(persistenceId)).parts.length).toBe(parts.length + 2)
        await fixture.ageRecords(persistenceId)
        await splitting().saveSnapshot({ persistenceId, sequenceNr: 4, timestamp: 4 }, stateOf('fourth', SHORT))
        const { snapshots, parts: left, records } = await fixture.itemsOf(persistenceId)
        expect(new Set(left.map(set))).toEqual(new Set(snapshots.map(set)))
        expect(records).toHaveLength(snapshots.length)
        if (outcome === 'stored') break
      }
    },
    MINUTES,
  )

  test(
    'and deleted at once leaves no bytes, and no record for long',
    async () => {
      for (let dies = 2; dies < 8; dies++) {
        const persistenceId = freshId()
        fixture.observed.fateOf = diesBefore(dies)
        await splitting()
          .saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state'))
          .catch(() => undefined)
        fixture.reset()

        await fixture.store().deleteSnapshots(persistenceId)

        expect((await fixture.itemsOf(persistenceId)).parts).toEqual([])
        await fixture.ageRecords(persistenceId)
        await fixture.store().deleteSnapshots(persistenceId)
        expect((await fixture.itemsOf(persistenceId)).records).toEqual([])
      }
    },
    MINUTES,
  )

  test(
    'by a lost answer, any of them, is stored all the same',
    async () => {
      for (let lost = 0; lost < 7; lost++) {
        const persistenceId = freshId()
        fixture.reset()
        fixture.observed.fateOf = (_, index) => (index === lost ? { loseAnswer: 'reset' } : 'pass')

        await splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state'))

        expect(fixture.observed.requests.length).toBeGreaterThan(7)
        fixture.reset()
        expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('state'))
        const { snapshots, records } = await fixture.itemsOf(persistenceId)
        expect([snapshots.length, records.length]).toEqual([1, 1])
      }
    },
    MINUTES,
  )

  test('by a lost answer to its last request, that DynamoDB has forgotten, is stored all the same', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = ({ operation, proxied }) =>
      operation === 'TransactWriteItems'
        ? { deliver: 'twice', input: { ...proxied.input, ClientRequestToken: undefined } }
        : 'pass'

    await splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state'))

    expect(fixture.operations().slice(-2)).toEqual(['TransactWriteItems', 'PutItem'])
    expect((await splitting().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('state'))
  })
})

describeOnRealDynamoDB('while another is at work', () => {
  test('a save whose snapshot is deleted before it is complete is rejected, and leaves nothing to read', async () => {
    const persistenceId = freshId()
    const metadata = { persistenceId, sequenceNr: 2, timestamp: 2 }
    let deletion: Promise<void> | undefined
    fixture.observed.fateOf = ({ operation }) => {
      if (operation !== 'TransactWriteItems') return 'pass'
      deletion = fixture.store().deleteSnapshots(persistenceId)
      return { before: () => deletion }
    }

    const error = await rejectionOf(splitting().saveSnapshot(metadata, stateOf('state')))

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toContain('was deleted while its parts were being written')
    fixture.reset()
    expect(await fixture.store().loadSnapshot(persistenceId)).toBeUndefined()
    expect((await fixture.itemsOf(persistenceId)).parts).toEqual([])
  })

  test('a save that is swept for a dead one, record and all, is rejected, and leaves nothing', async () => {
    const persistenceId = freshId()
    const sweep = async () => {
      await fixture.ageRecords(persistenceId)
      await fixture.store().deleteSnapshots(persistenceId, { minSequenceNr: 99 })
      expect((await fixture.itemsOf(persistenceId)).records).toEqual([])
    }
    let swept: Promise<void> | undefined
    fixture.observed.fateOf = (request) => {
      if (swept !== undefined || !putsPart(request, 3)) return 'pass'
      swept = sweep()
      return { before: () => swept }
    }

    const error = await rejectionOf(
      splitting({ retry: patient }).saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state')),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toContain('was deleted while its parts were being written')
    fixture.reset()
    expect(await fixture.store().loadSnapshot(persistenceId)).toBeUndefined()
    expect((await fixture.itemsOf(persistenceId)).parts).toEqual([])
    await fixture.ageRecords(persistenceId)
    await fixture.store().deleteSnapshots(persistenceId)
    expect((await fixture.itemsOf(persistenceId)).records).toEqual([])
  })

  test('a save that fails on one of its parts takes the others back', async () => {
    const persistenceId = freshId()
    fixture.observed.fateOf = (request) =>
      putsPart(request, 2) ? { fail: serviceError('AccessDeniedException') } : 'pass'

    const error = await rejectionOf(
      splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state')),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toContain('AccessDeniedException')
    fixture.reset()
    expect(await fixture.itemsOf(persistenceId)).toMatchObject({ parts: [], records: [{ state: { S: 'dead' } }] })
  })

  test('a deletion that reads of a commit the half only, the record, leaves the parts alone', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('state'))
    const elsewhere = { par: { S: `journal-P-${persistenceId}` }, seq: { N: '1' } }
    // The answer as it would be without the other half, the snapshot's own item.
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'BatchGetItem'
        ? { input: { RequestItems: { [fixture.table]: { Keys: [elsewhere], ConsistentRead: true } } } }
        : 'pass'

    await fixture.store().deleteSnapshots(persistenceId, { minSequenceNr: 99 })

    expect(fixture.operations()).toContain('BatchGetItem')
    fixture.reset()
    expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('state'))
  })

  test('a load of what is replaced and deleted between its two requests gives what is there then', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 2 }, stateOf('older'))
    fixture.reset()
    const replace = async () => {
      await splitting().saveSnapshot({ persistenceId, sequenceNr: 2, timestamp: 3 }, stateOf('newer'))
      await splitting().deleteSnapshots(persistenceId, { minSequenceNr: 99 })
    }
    let replaced: Promise<void> | undefined
    fixture.observed.fateOf = ({ operation }) => {
      if (operation !== 'BatchGetItem' || replaced !== undefined) return 'pass'
      replaced = replace()
      return { before: () => replaced }
    }

    expect((await fixture.store().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('newer'))
  })
})

describeOnRealDynamoDB('a snapshot in parts that can not be read', () => {
  const failureOf = async (damage: (persistenceId: string) => Promise<void>): Promise<unknown> => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 2 }, stateOf('state'))
    await damage(persistenceId)

    const error = await rejectionOf(fixture.store().loadSnapshot(persistenceId))

    expect(error).toBeInstanceOf(RecoveryError)
    expect(error).toMatchObject({ persistenceId, sequenceNr: 7 })
    expect((error as Error).message).toContain(`the snapshot at 7 in table ${fixture.table} can't be read`)
    return (error as Error).message
  }
  const change = async (persistenceId: string, what: 'parts' | 'snapshots', changes: object) => {
    const item = (await fixture.itemsOf(persistenceId))[what][0]
    await fixture.putItem({ ...item, ...changes })
  }

  test('because a part is missing says which', async () => {
    const message = await failureOf(async (persistenceId) => {
      const [part] = (await fixture.itemsOf(persistenceId)).parts
      const Key = { par: part?.['par'] as { S: string }, seq: part?.['seq'] as { N: string } }
      await fixture.client.send(new DeleteItemCommand({ TableName: fixture.table, Key }))
    })

    expect(message).toMatch(/part \d of 4, journal-SP-\d+-\d, is not there/)
  })

  test.each<[string, 'parts' | 'snapshots', object, string]>([
    ['a part has other bytes', 'parts', { part: { B: new Uint8Array(5) } }, 'their hash is another'],
    ['a part is text', 'parts', { part: { S: 'x' } }, 'is none'],
    ['it names too few parts', 'snapshots', { parts: { N: '3' } }, 'their hash is another'],
    ['it names too many parts', 'snapshots', { parts: { N: '5' } }, 'part 5 of 5'],
    ['it names absurdly many parts', 'snapshots', { parts: { N: '900719925474099' } }, 'from 1 to 10000'],
    ['it names no parts', 'snapshots', { parts: { N: '0' } }, 'from 1 to 10000'],
    ['it names no set', 'snapshots', { set: { S: 'x' } }, 'set names no set of parts'],
    ['its hash is none', 'snapshots', { hash: { B: new Uint8Array(3) } }, 'hash is not a SHA-256'],
    ['its hash is another', 'snapshots', { hash: { B: new Uint8Array(32) } }, 'their hash is another'],
  ])('because %s', async (_, what, changes, why) => {
    expect(await failureOf((persistenceId) => change(persistenceId, what, changes))).toContain(why)
  })

  test('because DynamoDB fails is no damage: it is never passed over', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 2 }, stateOf('state'))
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'BatchGetItem' ? { fail: serviceError('AccessDeniedException') } : 'pass'

    const error = await rejectionOf(fixture.store({ onUnreadable: 'older' }).loadSnapshot(persistenceId))

    expect(error).toMatchObject({ code: 'RECOVERY', cause: { name: 'RequestFailedError' } })
  })

  test('keeps nobody from saving another: a damaged record is passed over, and told of', async () => {
    const persistenceId = freshId()
    for (const timestamp of [1, 2])
      await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp }, stateOf('state'))
    const { snapshots, records } = await fixture.itemsOf(persistenceId)
    const damaged = records.find(({ seq }) => seq?.N === `-${set(snapshots[0])}`)
    await fixture.putItem({ ...damaged, parts: { N: '900719925474099' } })
    const logger = new RecordingLogger()

    await splitting({ logger }).saveSnapshot({ persistenceId, sequenceNr: 8, timestamp: 3 }, stateOf('newer'))

    expect((await splitting().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('newer'))
    expect(logger.warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(/the record of snapshot parts under seq -\d+ in table .* It is passed over/),
    ])
    const left = await fixture.itemsOf(persistenceId)
    expect(new Set(left.parts.map(set))).toEqual(new Set(left.snapshots.map(set)))
  })

  test('keeps nobody from saving another: nor does garbage that can not be deleted', async () => {
    const persistenceId = freshId()
    for (const timestamp of [1, 2])
      await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp }, stateOf('state'))
    const logger = new RecordingLogger()
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'BatchWriteItem' ? { fail: serviceError('ThrottlingException') } : 'pass'

    const store = splitting({ logger, retry: impatient })
    await store.saveSnapshot({ persistenceId, sequenceNr: 8, timestamp: 3 }, stateOf('newer'))

    expect(logger.warnings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/ThrottlingException.* It is passed over/s),
    )
    fixture.reset()
    expect((await splitting().loadSnapshot(persistenceId))?.snapshot).toBe(stateOf('newer'))
  })

  test('does not keep a record that is damaged from being told of', async () => {
    const persistenceId = freshId()
    await splitting().saveSnapshot({ persistenceId, sequenceNr: 7, timestamp: 2 }, stateOf('state'))
    const [record] = (await fixture.itemsOf(persistenceId)).records
    await fixture.putItem({ ...record, parts: { N: '900719925474099' } })

    const error = await rejectionOf(fixture.store().deleteSnapshots(persistenceId))

    expect(error).toMatchObject({ code: 'PERSISTENCE', persistenceId })
    expect((error as Error).message).toMatch(/the record of snapshot parts under seq -\d+ in table .* 1 to 10000/)
  })
})
