import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { createJournalTable, type DynamoDBJournal, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { ConfigError, type PersistentRepr } from '@dynact/persistence'
import { type CleanupProgress, eventsCleanup } from '@dynact/query-dynamodb'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import { deferred } from '../../../tools/test-support/deferred.js'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { diesBefore, observedClient } from '../../../tools/test-support/observed-client.js'

const observed = observedClient()
const table = uniqueTableName('journal')
const snapshotStore = inMemorySnapshotStore()
let ids = 0
const freshId = () => `id-${++ids}`
const retry = { attemptMs: 10_000, totalMs: 20_000, baseMs: 1, maxMs: 5 }
const journals: DynamoDBJournal[] = []
const newJournal = () => {
  const made = dynamoDBJournal({ client: observed.client, transport: testTransport, table, retry })
  journals.push(made)
  return made
}
let journal: DynamoDBJournal
const cleanup = () => eventsCleanup({ journal, snapshotStore })

beforeAll(async () => {
  await observed.start()
  await createJournalTable(observed.client, { table })
})
afterAll(async () => {
  observed.fateOf = () => 'pass'
  await Promise.all(journals.map((one) => one.close()))
  await deleteJournalTable(observed.client, { table })
  await observed.stop()
})
beforeEach(() => {
  observed.requests.length = 0
  observed.fateOf = () => 'pass'
  journal = newJournal()
})

/** Events `from` to `to`; the time of each is its number, or unknown. */
const write = async (persistenceId: string, from: number, to: number, timeOf = (nr: number) => nr) => {
  const events = Array.from({ length: to - from + 1 }, (_, index): PersistentRepr => {
    const sequenceNr = from + index
    const timestamp = timeOf(sequenceNr)
    return { persistenceId, sequenceNr, payload: sequenceNr, manifest: '', writerUuid: 'w', timestamp, tags: [] }
  })
  for (const event of events) await journal.writeEvents({ persistenceId, events: [event] })
}
const stored = async (persistenceId: string): Promise<number[]> => {
  const found: number[] = []
  for await (const { sequenceNr } of newJournal().replayEvents(persistenceId)) found.push(sequenceNr)
  return found
}
const highMarks = async (id: string) => {
  const page = await observed.client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))
  return (page.Items ?? []).filter(({ par }) => par?.S?.startsWith(`journal-SH-${id}-`))
}
const highest = (id: string) => newJournal().readHighestSequenceNr(id)
const snapshotAt = (persistenceId: string, sequenceNr: number) =>
  snapshotStore.saveSnapshot({ persistenceId, sequenceNr, timestamp: sequenceNr }, `state ${sequenceNr}`)
const newestSnapshot = async (id: string) => (await snapshotStore.loadSnapshot(id))?.metadata.sequenceNr

describe('deleteAllEvents', () => {
  test('deletes the events of one id or many, and keeps their highest sequence numbers', async () => {
    const [a, b, other] = [freshId(), freshId(), freshId()]
    for (const id of [a, b, other]) await write(id, 1, 3)
    await cleanup().deleteAllEvents([a, b])

    expect(await Promise.all([a, b, other].map(stored))).toEqual([[], [], [1, 2, 3]])
    expect(await highest(a)).toBe(3)
    await cleanup().deleteAllEvents(other)
    expect(await stored(other)).toEqual([])
  })

  test('with resetSequenceNumber leaves nothing: the next event is number 1', async () => {
    const id = freshId()
    await write(id, 95, 205)
    await cleanup().deleteAllEvents(id, { resetSequenceNumber: true })

    expect(await highest(id)).toBe(0)
    await write(id, 1, 2)
    expect(await stored(id)).toEqual([1, 2])
  })

  test('interrupted at any request, resumes; the sequence number is never reset with events left', async () => {
    for (let dies = 0, isDone = false; !isDone; dies++) {
      const id = freshId()
      await write(id, 98, 102)
      observed.requests.length = 0
      observed.fateOf = diesBefore(dies)
      isDone = await cleanup()
        .deleteAllEvents(id, { resetSequenceNumber: true })
        .then(() => true)
        .catch(() => false)
      observed.fateOf = () => 'pass'
      if (!isDone) {
        const areLeft = (await stored(id)).length > 0
        const known = await highest(id)
        expect(areLeft ? [102] : [0, 102]).toContain(known)
        if (known === 0) expect(await highMarks(id)).toEqual([])
      }
      await cleanup().deleteAllEvents(id, { resetSequenceNumber: true })

      expect([await stored(id), await highest(id)]).toEqual([[], 0])
    }
  })

  test('refuses to reset with a journal that can not', async () => {
    const inMemory = eventsCleanup({ journal: inMemoryJournal() })

    await expect(inMemory.deleteAllEvents('a', { resetSequenceNumber: true })).rejects.toThrow(ConfigError)
  })
})

describe('deleteEventsBefore', () => {
  test.each([
    ['some are older', 4, [4, 5]],
    ['none is older', 1, [1, 2, 3, 4, 5]],
    ['all are older', 100, []],
  ])('%s', async (_, time, left) => {
    const id = freshId()
    await write(id, 1, 5)
    await cleanup().deleteEventsBefore(id, time)

    expect(await stored(id)).toEqual(left)
    expect(await highest(id)).toBe(5)
  })

  test('events of unknown time go with a later one that is older, and stay without one', async () => {
    const id = freshId()
    await write(id, 1, 6, (nr) => (nr === 3 || nr === 6 ? nr : 0))
    await cleanup().deleteEventsBefore(id, new Date(5))

    expect(await stored(id)).toEqual([4, 5, 6])
  })
})

describe('cleanupBeforeSnapshot', () => {
  test.each([
    [{}, [6], [7, 8]],
    [{ keepSnapshots: 2 }, [4, 6], [5, 6, 7, 8]],
    [{ keepSnapshots: 9 }, [2, 4, 6], [3, 4, 5, 6, 7, 8]],
    [{ keepEvents: 2 }, [6], [5, 6, 7, 8]],
    [{ keepEvents: 99 }, [6], [1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%j', async (options, snapshots, events) => {
    const id = freshId()
    await write(id, 1, 8)
    for (const at of [2, 4, 6]) await snapshotAt(id, at)
    await cleanup().cleanupBeforeSnapshot(id, options)

    expect(await stored(id)).toEqual(events)
    const kept = await Promise.all(
      [2, 4, 6].map((nr) => snapshotStore.loadSnapshot(id, { minSequenceNr: nr, maxSequenceNr: nr })),
    )
    expect(kept.flatMap((one) => one?.metadata.sequenceNr ?? [])).toEqual(snapshots)
  })

  test('without a snapshot deletes nothing', async () => {
    const id = freshId()
    await write(id, 1, 3)
    await cleanup().cleanupBeforeSnapshot(id)

    expect(await stored(id)).toEqual([1, 2, 3])
  })

  test('deletes nothing for a snapshot that can not be read', async () => {
    const id = freshId()
    await write(id, 1, 3)
    await snapshotAt(id, 3)
    const unreadable = {
      ...snapshotStore,
      loadSnapshot: () => Promise.reject(new Error('damaged')),
      deleteSnapshots: () => Promise.reject(new Error('not to be called')),
    } as unknown as typeof snapshotStore

    await expect(eventsCleanup({ journal, snapshotStore: unreadable }).cleanupBeforeSnapshot(id)).rejects.toThrow(
      'damaged',
    )
    expect(await stored(id)).toEqual([1, 2, 3])
  })

  test.each([{ keepSnapshots: 0 }, { keepEvents: -1 }])('refuses %j', async (options) => {
    await expect(cleanup().cleanupBeforeSnapshot('a', options)).rejects.toThrow(ConfigError)
  })
})

test('deleteAll deletes events and snapshots', async () => {
  const id = freshId()
  await write(id, 1, 3)
  await snapshotAt(id, 2)
  await cleanup().deleteAll(id)

  expect([await stored(id), await newestSnapshot(id), await highest(id)]).toEqual([[], undefined, 3])
})

describe('many ids', () => {
  const inMemory = async (count: number) => {
    const names = Array.from({ length: count }, (_, nr) => `m-${nr}`)
    return { names, working: inMemoryJournal() }
  }

  test('are worked on a few at a time; the cursor is behind those that are all finished', async () => {
    const { names, working } = await inMemory(6)
    const go = names.map(() => deferred())
    let now = 0
    let most = 0
    const gated = {
      ...working,
      replayEvents: working.replayEvents,
      deleteEventsTo: async (id: string) => {
        now += 1
        most = Math.max(most, now)
        await go[names.indexOf(id)]?.promise
        now -= 1
      },
    } as unknown as typeof working
    const progress: CleanupProgress[] = []
    const running = eventsCleanup({ journal: gated, parallelism: 3 }).deleteAllEvents(names, {
      onProgress: (one) => progress.push(one),
    })
    go[1]?.resolve()
    go[2]?.resolve()
    go[3]?.resolve()
    while (progress.length < 3) await new Promise(setImmediate)
    for (const one of go) one.resolve()

    expect(await running).toEqual({ done: 6, cursor: 'm-5' })
    expect(most).toBe(3)
    expect(progress.slice(0, 3).map(({ cursor }) => cursor)).toEqual([undefined, undefined, undefined])
    expect(progress[3]).toEqual({ persistenceId: 'm-0', done: 4, cursor: 'm-3' })
  })

  test('of pages: the cursor is where the next page begins', async () => {
    const cursors: (string | undefined)[] = []
    async function* pages() {
      yield { persistenceIds: ['a', 'b'], next: 'page-2' }
      yield { persistenceIds: ['c'], next: undefined }
    }
    await eventsCleanup({ journal: inMemoryJournal(), parallelism: 1 }).deleteAllEvents(pages(), {
      onProgress: ({ cursor }) => cursors.push(cursor),
    })

    expect(cursors).toEqual([undefined, 'page-2', 'page-2'])
  })

  test('one that fails ends it, with the cursor to go on from', async () => {
    const { names, working } = await inMemory(5)
    const failing = {
      replayEvents: working.replayEvents,
      deleteEventsTo: async (id: string) => {
        if (id === 'm-2') throw new Error('no')
      },
    } as unknown as typeof working

    await expect(eventsCleanup({ journal: failing, parallelism: 1 }).deleteAllEvents(names)).rejects.toMatchObject({
      name: 'CleanupError',
      persistenceId: 'm-2',
      done: 2,
      cursor: 'm-1',
    })
  })

  test('a signal ends it with its reason', async () => {
    const reason = new Error('enough')
    const { names, working } = await inMemory(5)

    await expect(
      eventsCleanup({ journal: working }).deleteAllEvents(names, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })
})
