// What a stream by slices or tag does at what it can't read, if it is not to fail: it tells, once, and goes on with all others.
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { eventKey, type Item } from '@dynact/dynamodb'
import { ConfigError, RecoveryError, SerializationError, serialization } from '@dynact/persistence'
import {
  type EventEnvelope,
  eventsBySlicesSource,
  inMemoryOffsetStore,
  type OnUnreadable,
  projection,
  type ReadJournalConfig,
  type UnreadableItem,
  type UnreadableVerdict,
} from '@dynact/query-dynamodb'
import { jest } from '@jest/globals'
import { freshType, names, namesOf, QueryFixture, take } from './query-fixture.js'

jest.setTimeout(120_000)

const queries = { shards: 1 }
const keys = { journalName: 'journal', sequenceShards: 10 }
const fixture = new QueryFixture()
const repairs: (() => Promise<void>)[] = []
beforeAll(() => fixture.create({ queries }))
afterEach(async () => {
  for (const repair of repairs.splice(0)) await repair()
})
afterAll(() => fixture.remove())

/** Makes an attribute of an event's item what it never is, until the test ends: all share one shard. */
const damage = async (id: string, sequenceNr: number, changes: Item): Promise<void> => {
  const Key = eventKey(keys, id, sequenceNr)
  for (const [name, value] of Object.entries(changes)) {
    const update = { TableName: fixture.table, Key, ExpressionAttributeNames: { '#name': name } }
    await fixture.client.send(
      new UpdateItemCommand({
        ...update,
        UpdateExpression: 'SET #name = :v',
        ExpressionAttributeValues: { ':v': value },
      }),
    )
  }
  repairs.push(() => fixture.deleteItem(Key))
}

const wrongTags: Item = { tags: { S: 'red' } }
const unknownSerializer: Item = { ev_ser_id: { N: '4711' } }

/** A read journal that skips, and what it was told of. */
const skipping = (config: Partial<ReadJournalConfig> = {}) => {
  const told: UnreadableItem[] = []
  const onUnreadable = (item: UnreadableItem): UnreadableVerdict => {
    told.push(item)
    return 'skip'
  }
  return { told, readJournal: fixture.readJournal({ queries, onUnreadable, ...config }) }
}

const freshIds = () => {
  const type = freshType()
  return { type, damaged: `${type}|damaged`, other: `${type}|other` }
}

describe.each([
  ['an entry of the feed', wrongTags, 'RECOVERY'],
  ['an event', unknownSerializer, 'SERIALIZATION'],
])('%s that can not be read', (_, changes, code) => {
  test('is told of once, and all others of its shard are delivered', async () => {
    const { type, damaged, other } = freshIds()
    const journal = fixture.journal({ queries })
    await fixture.write(journal, damaged, 1, 4)
    await fixture.write(journal, other, 1, 2)
    await damage(damaged, 2, changes)
    const { told, readJournal } = skipping()

    const found = await take(readJournal.currentEventsBySlices(type, 0, 1023))

    expect(namesOf(found)).toEqual([...names(damaged, 1, 1), ...names(damaged, 3, 4), ...names(other, 1, 2)])
    expect(told).toMatchObject([{ table: fixture.table, persistenceId: damaged, sequenceNr: 2, error: { code } }])
  })

  test('is passed by for good: the stream goes on from an offset before it, and behind it', async () => {
    const { type, damaged } = freshIds()
    await fixture.write(fixture.journal({ queries }), damaged, 1, 4)
    await damage(damaged, 2, changes)
    const { readJournal } = skipping()
    const envelopes = await take(readJournal.currentEventsBySlices(type, 0, 1023))

    for (const [index, { offset }] of envelopes.entries()) {
      const rest = await take(readJournal.currentEventsBySlices(type, 0, 1023, JSON.parse(JSON.stringify(offset))))
      expect(namesOf(rest)).toEqual(namesOf(envelopes.slice(index + 1)))
    }
  })

  test('fails the stream where the function says so, and by default', async () => {
    const { type, damaged } = freshIds()
    await fixture.write(fixture.journal({ queries }), damaged, 1, 2)
    await damage(damaged, 2, changes)

    for (const onUnreadable of ['fail', () => 'fail', undefined] as (OnUnreadable | undefined)[]) {
      const readJournal = fixture.readJournal({ queries, ...(onUnreadable && { onUnreadable }) })
      const failed = take(readJournal.currentEventsBySlices(type, 0, 1023))
      await expect(failed).rejects.toMatchObject({ code, persistenceId: damaged, sequenceNr: 2 })
    }
  })
})

test.each(['marked', 'packed'] as const)(
  'a %s batch of which an item can not be read is left out whole',
  async (mode) => {
    const { type, damaged } = freshIds()
    const journal = fixture.journal({ queries, atomicWrites: mode })
    await fixture.write(journal, damaged, 1)
    await journal.writeEvents({ persistenceId: damaged, events: fixture.events(damaged, 2, 4) })
    await fixture.write(journal, damaged, 5)
    await damage(damaged, mode === 'packed' ? 2 : 3, mode === 'packed' ? { evs: { BOOL: true } } : wrongTags)
    const { told, readJournal } = skipping()

    const found = await take(readJournal.currentEventsBySlices(type, 0, 1023))

    expect(namesOf(found)).toEqual([...names(damaged, 1, 1), ...names(damaged, 5, 5)])
    expect(told).toHaveLength(1)
  },
)

test('what a stream looks back at to learn how far it was', async () => {
  const { type, damaged } = freshIds()
  const timestamp = Date.now() - 60_000
  const journal = fixture.journal({ queries, atomicWrites: 'packed' })
  await fixture.write(journal, damaged, 1, 1, { timestamp })
  await journal.writeEvents({
    persistenceId: damaged,
    events: fixture.events(damaged, 2, 3, { timestamp: timestamp + 1 }),
  })
  await fixture.write(journal, damaged, 4, 4, { timestamp: timestamp + 10_000 })
  await damage(damaged, 2, { n: { BOOL: true } })
  const { told, readJournal } = skipping()

  const found = await take(readJournal.currentEventsBySlices(type, 0, 1023, { timestamp: timestamp + 5_000, seen: {} }))

  expect(namesOf(found)).toEqual(names(damaged, 4, 4))
  expect(told).toHaveLength(1)
})

test('is told of once by a live stream, which reads the window again and again', async () => {
  const { type, damaged, other } = freshIds()
  const journal = fixture.journal({ queries, pokes: { poke: () => undefined, subscribe: () => () => undefined } })
  await fixture.write(journal, damaged, 1)
  await damage(damaged, 1, wrongTags)
  const { told, readJournal } = skipping({ refreshInterval: 10, backtrackingWindow: 1_000 })

  const found: string[] = []
  const live = readJournal.eventsBySlices<string>(type, 0, 1023)
  await fixture.write(journal, other, 1)
  for await (const { persistenceId, sequenceNr } of live) {
    found.push(`${persistenceId}/${sequenceNr}`)
    if (found.length === 3) break
    await fixture.write(journal, other, sequenceNr + 1)
  }

  expect(found).toEqual(names(other, 1, 3))
  expect(told).toHaveLength(1)
})

test("'skip' warns in the log, or from the process", async () => {
  const { type, damaged } = freshIds()
  await fixture.write(fixture.journal({ queries }), damaged, 1)
  await damage(damaged, 1, wrongTags)
  const warn = jest.fn()
  const logger = { warn, info: jest.fn(), error: jest.fn(), debug: jest.fn() }
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)

  await take(fixture.readJournal({ queries, onUnreadable: 'skip', logger }).currentEventsBySlices(type, 0, 1023))
  expect(emitted).not.toHaveBeenCalled()
  await take(fixture.readJournal({ queries, onUnreadable: 'skip' }).currentEventsBySlices(type, 0, 1023))

  const facts = { table: fixture.table, persistenceId: damaged, sequenceNr: 1, err: expect.any(RecoveryError) }
  expect(warn).toHaveBeenCalledWith(facts, expect.stringMatching(/tags.* The stream goes on without it\./))
  expect(emitted).toHaveBeenCalledWith(expect.stringContaining(damaged), 'UnreadableEventWarning')
  emitted.mockRestore()
})

test.each([undefined, 'older', Promise.resolve('skip')])('a function that gives %p is wrong', async (given) => {
  const { type, damaged } = freshIds()
  await fixture.write(fixture.journal({ queries }), damaged, 1)
  await damage(damaged, 1, wrongTags)
  const readJournal = fixture.readJournal({ queries, onUnreadable: (() => given) as OnUnreadable })

  await expect(take(readJournal.currentEventsBySlices(type, 0, 1023))).rejects.toThrow(ConfigError)
})

test('what can not be read only for now fails the stream in any case', async () => {
  const { type, damaged } = freshIds()
  const serializer = {
    identifier: 4712,
    manifest: () => '',
    toBinary: () => new Uint8Array(1),
    fromBinary: () => {
      throw Object.assign(new SerializationError('The keys are out of reach.', {}), { isTransient: true })
    },
  }
  const withKeys = serialization({ bindings: [{ when: () => true, use: serializer }] })
  await fixture.write(fixture.journal({ queries, serialization: withKeys }), damaged, 1)
  repairs.push(() => fixture.deleteItem(eventKey(keys, damaged, 1)))
  const { told, readJournal } = skipping({ serialization: withKeys })

  await expect(take(readJournal.currentEventsBySlices(type, 0, 1023))).rejects.toThrow('out of reach')
  expect(told).toEqual([])
})

test('the stream of its id, and the recovery of its actor, fail: they would lack an event', async () => {
  const { damaged } = freshIds()
  await fixture.write(fixture.journal({ queries }), damaged, 1, 2)
  await damage(damaged, 2, wrongTags)

  await expect(take(skipping().readJournal.currentEventsByPersistenceId(damaged))).rejects.toThrow(RecoveryError)
})

test('a projection handles all others, and goes on behind it: its offset passes it by', async () => {
  const { type, damaged, other } = freshIds()
  const journal = fixture.journal({ queries })
  await fixture.write(journal, damaged, 1, 3)
  await damage(damaged, 2, wrongTags)
  const offsetStore = inMemoryOffsetStore()
  const handled: string[] = []
  const run = async (until: string) => {
    const { told, readJournal } = skipping()
    const running = projection({
      name: type,
      source: eventsBySlicesSource<string>(readJournal, type, { min: 0, max: 1023 }),
      offsetStore,
      handler: ({ persistenceId, sequenceNr }: EventEnvelope<string>) => {
        handled.push(`${persistenceId}/${sequenceNr}`)
        if (handled.at(-1) === until) void running.stop()
      },
    })
    await running.done
    return told.length
  }

  const toldFirst = await run(`${damaged}/3`)
  await fixture.write(journal, other, 1)
  await run(`${other}/1`)

  expect(toldFirst).toBe(1)
  expect(handled).toEqual([...names(damaged, 1, 1), ...names(damaged, 3, 3), ...names(other, 1, 1)])
})
