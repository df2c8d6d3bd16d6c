// The real Pekko plugin and our snapshot store work on one table in turns.

import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { SnapshotStore } from '@dynact/persistence'
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import { jest } from '@jest/globals'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { describeWithPekko } from '../../../tools/pekko-peer/peer.js'
import { SharedHistory } from '../../../tools/pekko-peer/shared-history.js'
import { SharedTables } from '../../../tools/pekko-peer/shared-tables.js'
import { payloadOf, type TypedValue, typedValue } from '../../../tools/pekko-peer/typed-value.js'

jest.setTimeout(60_000) // the JVM starts, and many steps are dozens of requests

const string = (value: string): TypedValue => ({ type: 'string', value })
const bytes = (...values: number[]): TypedValue => ({ type: 'bytes', value: Buffer.from(values).toString('base64') })
const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Snapshots as plugins before 1.2 wrote them, but for Java serialization, which a Pekko of today does not read; we do. */
const legacy = readGolden().snapshots.filter((item) => item['pay'] !== undefined && !item['par']?.S?.endsWith('-java'))

/** What a recovery from a snapshot came to. */
interface Recovered {
  readonly snapshot: (TypedValue & { readonly seq: number; readonly ts: number }) | undefined
  readonly seqs: readonly number[]
  readonly highest: number
}

describeWithPekko('snapshots, on one table with the real Pekko plugin', () => {
  const tables = new SharedTables()
  let history: SharedHistory
  let store: SnapshotStore
  beforeAll(() => tables.create())
  afterAll(() => tables.remove())
  beforeEach(() => {
    history = new SharedHistory(tables)
    store = tables.snapshotStore()
  })

  const weSave = async (state: TypedValue, sequenceNr = history.highest, timestamp = Date.now()): Promise<void> =>
    store.saveSnapshot({ persistenceId: history.id, sequenceNr, timestamp }, payloadOf(state))
  const theySave = (state: TypedValue): Promise<unknown> => tables.peer.saveSnapshot(history.id, state)

  const theyRecover = async (toSequenceNr?: number): Promise<Recovered> => {
    const { snapshot, events, highestSequenceNr, failure } = await tables.peer.recover(history.id, { toSequenceNr })
    if (failure !== undefined) throw new Error(failure)
    return { snapshot, seqs: events.map(({ seq }) => seq), highest: highestSequenceNr }
  }
  const weRecover = async (toSequenceNr?: number): Promise<Recovered> => {
    const selected = await store.loadSnapshot(history.id, { maxSequenceNr: toSequenceNr })
    const seq = selected?.metadata.sequenceNr ?? 0
    const replay = tables.journal().replayEvents(history.id, { fromSequenceNr: seq + 1, toSequenceNr })
    const seqs: number[] = []
    for await (const { sequenceNr } of replay) seqs.push(sequenceNr)
    return {
      snapshot: selected && { seq, ts: selected.metadata.timestamp, ...typedValue(selected.snapshot) },
      seqs,
      highest: Math.max(seq, await replay.highestSequenceNr),
    }
  }
  /** Both recover from the same snapshot, with the same time, and the same events after it. */
  const agreeOn = async (
    state: TypedValue | undefined,
    at: number,
    after: readonly number[],
    toSequenceNr?: number,
  ) => {
    const theirs = await theyRecover(toSequenceNr)
    const snapshot = state && expect.objectContaining({ seq: at, ...state })
    expect(theirs).toEqual({ snapshot, seqs: after, highest: history.highest })
    expect(await weRecover(toSequenceNr)).toEqual(theirs)
  }

  const states: [string, TypedValue][] = [
    ['a string', string('state 日本 🎈')],
    ['an empty string', string('')],
    ['bytes', bytes(0, 1, 2, 254, 255)],
    ['no bytes', bytes()],
    ['a Long', { type: 'long', value: '-9223372036854775808' }],
    ['an Int', { type: 'int', value: -5 }],
    ['a Boolean', { type: 'boolean', value: true }],
    ['a value of an asynchronous serializer with a manifest', { type: 'note', value: { version: 2, text: 'noted' } }],
    ['a state of 300,000 bytes', string('x'.repeat(300_000))],
  ]

  describe('a snapshot that the JVM saves, and later events', () => {
    test.each(states)('%s', async (_, state) => {
      await history.theyPersist(3)
      await theySave(state)
      await history.weWrite(2)
      await history.theyPersist(1)

      await agreeOn(state, 3, [4, 5, 6])
    })
  })

  describe('a snapshot that we save, and later events', () => {
    test.each(states)('%s', async (_, state) => {
      await history.weWrite(3)
      await weSave(state)
      await history.theyPersist(2)
      await history.weWrite(1)

      await agreeOn(state, 3, [4, 5, 6])
    })
  })

  test('without a snapshot both replay everything', async () => {
    await history.weWrite(2)

    await agreeOn(undefined, 0, [1, 2])
  })

  test('snapshots by both in turns: each goes on from the newest, whoever has saved it', async () => {
    await history.theyPersist(10)
    await theySave(string('theirs, after 10'))
    await history.weWriteOneByOne(10)
    await agreeOn(string('theirs, after 10'), 10, span(11, 20))
    await weSave(string('ours, after 20'))
    await agreeOn(string('ours, after 20'), 20, [])
    await history.theyPersist(10)
    await agreeOn(string('ours, after 20'), 20, span(21, 30))
    await theySave(string('theirs, after 30'))
    await history.weWrite(5)
    await agreeOn(string('theirs, after 30'), 30, span(31, 35))

    await agreeOn(string('ours, after 20'), 20, span(21, 25), 25)
    await agreeOn(string('theirs, after 10'), 10, span(11, 15), 15)
    await agreeOn(undefined, 0, span(1, 5), 5)
  })

  test("a snapshot at the same sequence number replaces the other side's", async () => {
    await history.theyPersist(3)
    await weSave(string('ours'))
    await theySave(string('theirs'))
    await agreeOn(string('theirs'), 3, [])
    await weSave(string('ours again'))
    await agreeOn(string('ours again'), 3, [])
  })

  test.each([99, 100, 101, 200])('at the edge of a hundred, %d, with all its events deleted', async (edge) => {
    await history.theyPersist(edge)
    await weSave(string('state'))
    await history.weDeleteTo(edge)
    await agreeOn(string('state'), edge, [])
    await history.theyPersist(1)
    await agreeOn(string('state'), edge, [edge + 1])
    await history.weWrite(1)
    await agreeOn(string('state'), edge, [edge + 1, edge + 2])
  })

  test.each(['order 42 - äöü|日本-🎈-7', '-leading', 'trailing-', 'journal-P-x'])(
    'of the persistence id %s',
    async (id) => {
      history = new SharedHistory(tables, id)
      await history.weWrite(2)
      await weSave(string('ours'))
      await agreeOn(string('ours'), 2, [])
      await history.theyPersist(1)
      await theySave(string('theirs'))
      await agreeOn(string('theirs'), 3, [])
    },
  )

  describe('deleting', () => {
    beforeEach(async () => {
      await history.theyPersist(2)
      await theySave(string('theirs, after 2'))
      await history.weWrite(2)
      await weSave(string('ours, after 4'))
      await history.theyPersist(2)
      await theySave(string('theirs, after 6'))
    })

    test('by the JVM takes away ours too', async () => {
      await tables.peer.deleteSnapshots(history.id, { maxSequenceNr: 4 })
      await agreeOn(string('theirs, after 6'), 6, [])
      expect(await store.loadSnapshot(history.id, { maxSequenceNr: 5 })).toBeUndefined()

      await tables.peer.deleteSnapshots(history.id, { maxSequenceNr: 6 })
      await agreeOn(undefined, 0, span(1, 6))
    })

    test("by us takes away the JVM's too", async () => {
      await store.deleteSnapshots(history.id, { maxSequenceNr: 4 })
      await agreeOn(undefined, 0, span(1, 5), 5)

      await store.deleteSnapshot({ persistenceId: history.id, sequenceNr: 6, timestamp: 0 })
      await agreeOn(undefined, 0, span(1, 6))
    })
  })

  describe('within bounds', () => {
    let times: readonly number[]
    beforeEach(async () => {
      await history.theyPersist(2)
      await theySave(string('theirs, after 2'))
      await history.weWrite(2)
      const first = await store.loadSnapshot(history.id)
      await weSave(string('ours, after 4'), 4, (first?.metadata.timestamp ?? 0) + 1)
      await history.theyPersist(2)
      await theySave(string('theirs, after 6'))
      const all = await Promise.all([2, 4, 6].map((nr) => store.loadSnapshot(history.id, { maxSequenceNr: nr })))
      times = all.map((selected) => selected?.metadata.timestamp ?? 0)
    })

    /** Bounds on the time as places in `times`. */
    interface Bounds {
      readonly min?: number
      readonly max?: number
      readonly minAt?: number
      readonly maxAt?: number
    }
    const criteriaOf = ({ min, max, minAt, maxAt }: Bounds) => ({
      minSequenceNr: min,
      maxSequenceNr: max,
      minTimestamp: minAt === undefined ? undefined : times[minAt],
      maxTimestamp: maxAt === undefined ? undefined : times[maxAt],
    })

    test.each<[Bounds, number | undefined]>([
      [{}, 6],
      [{ max: 5 }, 4],
      [{ max: 3 }, 2],
      [{ max: 1 }, undefined],
      [{ min: 3, max: 5 }, 4],
      [{ min: 7 }, undefined],
      [{ maxAt: 1 }, 4],
      [{ maxAt: 0 }, 2],
      [{ minAt: 1, maxAt: 1 }, 4],
      [{ minAt: 2 }, 6],
      [{ max: 5, minAt: 1 }, 4],
      [{ min: 1, max: 3, minAt: 0, maxAt: 2 }, 2],
    ])('%j both find %p', async (bounds, sequenceNr) => {
      const criteria = criteriaOf(bounds)
      const theirs = await tables.peer.recover(history.id, { criteria })

      expect(theirs.failure).toBeUndefined()
      expect(theirs.snapshot?.seq).toBe(sequenceNr)
      expect((await store.loadSnapshot(history.id, criteria))?.metadata.sequenceNr).toBe(sequenceNr)
    })

    test('on number and time, the JVM misses one behind a newer one that does not match; we find it', async () => {
      const criteria = criteriaOf({ max: 6, maxAt: 0 })

      expect((await tables.peer.recover(history.id, { criteria })).snapshot).toBeUndefined()
      expect((await store.loadSnapshot(history.id, criteria))?.metadata.sequenceNr).toBe(2)
    })

    test.each<[Bounds, number[]]>([
      [{ max: 5 }, [6]],
      [{ min: 3, max: 5 }, [2, 6]],
      [{ maxAt: 1 }, [6]],
      [{ minAt: 1 }, [2]],
    ])('%j both delete all but %j', async (bounds, left) => {
      const numbers = async () => {
        const found = await Promise.all(
          [2, 4, 6].map((nr) => store.loadSnapshot(history.id, { minSequenceNr: nr, maxSequenceNr: nr })),
        )
        return found.flatMap((selected) => selected?.metadata.sequenceNr ?? [])
      }
      const twin = new SharedHistory(tables)
      for (const nr of [2, 4, 6])
        await store.saveSnapshot({ persistenceId: twin.id, sequenceNr: nr, timestamp: times[nr / 2 - 1] ?? 0 }, 'twin')

      await tables.peer.deleteSnapshots(history.id, criteriaOf(bounds))
      await store.deleteSnapshots(twin.id, criteriaOf(bounds))

      expect(await numbers()).toEqual(left)
      history = twin
      expect(await numbers()).toEqual(left)
    })
  })

  test.each(legacy.map((item) => [item['par']?.S?.slice('journal-P-'.length) ?? '', item['seq']?.N, item] as const))(
    'a snapshot of before plugin version 1.2, %s at %s, is read by both, alike, and replaced',
    async (id, _, item) => {
      history = new SharedHistory(tables, id)
      await store.deleteSnapshots(id)
      await tables.observed.client.send(new PutItemCommand({ TableName: tables.snapshotTable, Item: item }))
      const theirs = await tables.peer.recover(id)
      const ours = await store.loadSnapshot(id)

      expect(theirs.snapshot).toEqual({
        seq: ours?.metadata.sequenceNr,
        ts: ours?.metadata.timestamp,
        ...typedValue(ours?.snapshot),
      })
      await weSave(string('ours'), ours?.metadata.sequenceNr)
      expect((await tables.peer.recover(id)).snapshot).toMatchObject(string('ours'))
    },
  )

  describe('snapshots that only we can read', () => {
    const onlyOurs: [string, Partial<SnapshotStoreConfig>][] = [
      ['compressed', { compression: 'zlib' }],
      ['in parts', { split: true, maxItemSize: 1_000 }],
    ]
    const state = string('state '.repeat(500))

    test.each(onlyOurs)('%s: the JVM fails, and takes nothing for a state', async (_, config) => {
      store = tables.snapshotStore(config)
      await history.weWrite(2)
      await weSave(state)

      expect(await weRecover()).toMatchObject({ snapshot: { seq: 2, ...state }, seqs: [] })
      const theirs = await tables.peer.recover(history.id)
      expect(theirs.failure).toBeDefined()
      expect(theirs.snapshot).toBeUndefined()
    })

    test.each(onlyOurs)('%s: the JVM goes on from its own newer one, and deletes them', async (_, config) => {
      store = tables.snapshotStore(config)
      await history.weWrite(1)
      await weSave(state)
      await history.weWrite(1)
      await tables
        .snapshotStore()
        .saveSnapshot({ persistenceId: history.id, sequenceNr: 2, timestamp: Date.now() + 1 }, 'plain')
      await agreeOn(string('plain'), 2, [])

      await tables.peer.deleteSnapshots(history.id, {})

      await agreeOn(undefined, 0, [1, 2])
      await store.deleteSnapshots(history.id)
      const { Items } = await tables.observed.client.send(
        new ScanCommand({
          TableName: tables.snapshotTable,
          FilterExpression: 'par = :par OR persistence_id = :id',
          ExpressionAttributeValues: { ':par': { S: `journal-P-${history.id}` }, ':id': { S: history.id } },
        }),
      )
      expect(Items).toEqual([])
    })
  })

  describe('what the JVM does otherwise', () => {
    test('it takes the newest by time, we the one of the highest sequence number: so none may be stamped earlier', async () => {
      await history.weWrite(2)
      await weSave(string('of 2'), 2, 1_700_000_000_002)
      await weSave(string('of 1, stamped later'), 1, 1_700_000_000_003)

      expect((await theyRecover()).snapshot).toMatchObject({ seq: 1, ...string('of 1, stamped later') })
      expect((await weRecover()).snapshot).toMatchObject({ seq: 2, ...string('of 2') })
    })

    test('from a snapshot of ours inside a batch it loses the rest of the batch; we return it', async () => {
      await history.weWrite(1)
      await history.weWrite(5)
      await history.weWrite(1)
      await weSave(string('after 4'), 4)

      expect((await weRecover()).seqs).toEqual([5, 6, 7])
      expect((await theyRecover()).seqs).toEqual([7])
    })

    test('from a snapshot of its own inside a batch too; we return it', async () => {
      await history.theyPersist(1)
      await tables.peer.persistAll(history.id, ['b-2', 'b-3', 'b-4', 'b-5', 'b-6'].map(string), {
        after: 3,
        state: string('after 4'),
      })
      await tables.peer.persist(history.id, [string('single')])

      expect(await weRecover()).toMatchObject({
        snapshot: { seq: 4, ...string('after 4') },
        seqs: [5, 6, 7],
        highest: 7,
      })
      expect(await theyRecover()).toMatchObject({ snapshot: { seq: 4, ...string('after 4') }, seqs: [7], highest: 7 })
    })
  })
})
