// What others have put into the table, by mistake or on purpose: an error that names the item, or it does not matter.
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventItem, type Item, inFeed, offsetItem, packedItem } from '@dynact/dynamodb'
import { isPersistenceError, type PersistentRepr } from '@dynact/persistence'
import { createOffsetTable, deleteOffsetTable, dynamoDBOffsetStore } from '@dynact/query-dynamodb'
import { jest } from '@jest/globals'
import { expectNamedFailure, rejectionOf } from '../../../tools/test-support/failures.js'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { ABSURD_NUMBERS, wrongValues } from '../../../tools/test-support/wrong-values.js'
import { freshType, QueryFixture, take } from './query-fixture.js'

// Hundreds of requests, one after the other, on a machine that may be busy.
jest.setTimeout(300_000)

const fixture = new QueryFixture()
const offsetTable = uniqueTableName('offsets')
const offsets = () =>
  dynamoDBOffsetStore({ client: fixture.client, transport: testTransport, table: offsetTable, retry: { baseMs: 1 } })

beforeAll(async () => {
  await fixture.create()
  await createOffsetTable(fixture.client, { table: offsetTable })
})
afterAll(async () => {
  await deleteOffsetTable(fixture.client, { table: offsetTable })
  await fixture.remove()
})

const keys = { journalName: 'journal', sequenceShards: 10 }
const feed = { journalName: 'journal', shards: 32 }
const utf8 = new TextEncoder()

const expectNamed = (error: unknown, persistenceId: string, what: string | RegExp): void =>
  expectNamedFailure(error, { table: fixture.table, persistenceId, what })

/** An event in the feed, alone in its journal; it is taken out again, since the feed would fail for everybody. */
const withItem = async (changes: Item, check: (id: string) => Promise<void>, make = plainItem): Promise<void> => {
  const id = `${freshType()}|1`
  const item = { ...inFeed(feed, id, make(id)), ...changes }
  await fixture.putItem(item)
  try {
    await check(id)
  } finally {
    await fixture.deleteItem(item)
  }
}

const payloadOf = (event: PersistentRepr) => ({
  serializerId: 20,
  serializerManifest: '',
  bytes: utf8.encode(String(event.payload)),
})

const plainItem = (id: string): Item => {
  const [event] = fixture.events(id, 1, 1, { tags: ['red'] }) as [PersistentRepr]
  return eventItem(keys, event, payloadOf(event), { index: 0, lastIndex: 0 })
}

const packed = (id: string): Item => {
  const events = fixture.events(id, 1, 2, { tags: ['red'] }) as [PersistentRepr, PersistentRepr]
  return packedItem(keys, events, events.map(payloadOf))
}

const everything = (id: string) => fixture.readJournal().currentEventsBySlices(id.split('|')[0], 0, 1023)

describe('an event in the feed', () => {
  test.each([
    ['tags', 'SS', plainItem],
    ['idx', 'N', plainItem],
    ['cnt', 'N', plainItem],
    ['n', 'N', plainItem],
    ['event', 'B', plainItem],
    ['writer_uuid', 'S', plainItem],
    ['n', 'N', packed],
    ['tags', 'SS', packed],
    ['evs', 'L', packed],
  ] as const)(
    '%s has a type that it never has: streams by tag and by slices fail, and name it',
    async (name, type, make) => {
      for (const value of wrongValues(type))
        await withItem(
          { [name]: value },
          async (id) => {
            expectNamed(await rejectionOf(take(everything(id))), id, name)
            expectNamed(await rejectionOf(take(fixture.readJournal().currentEventsByTag('red'))), id, name)
          },
          make,
        )
    },
  )

  test.each(['ts', 'idx', 'cnt', 'n'])('%s is a number that can not be', async (name) => {
    for (const number of ABSURD_NUMBERS)
      await withItem({ [name]: { N: number } }, async (id) => {
        const what = new RegExp(`${name} is|atomic write`)
        const ofId = () => take(fixture.readJournal().currentEventsByPersistenceId(id))
        expectNamed(await rejectionOf(ofId()), id, what)
        // Streams by slices are by time: what lies before all times, or behind the present one, they don't come to.
        const isMet = name !== 'ts' || (Number(number) > 0 && Number(number) < 2 ** 53)
        if (isMet) expectNamed(await rejectionOf(take(everything(id))), id, what)
      })
  })

  test('num is a number that can not be', async () => {
    for (const num of ['-1', '0.5', '100', '1e37'])
      await withItem({ num: { N: num } }, async (id) => {
        expectNamed(await rejectionOf(take(everything(id))), id, 'num is')
      })
  })

  test('the stream of its id fails in the same way', async () => {
    await withItem({ tags: { S: 'red' } }, async (id) => {
      expectNamed(await rejectionOf(take(fixture.readJournal().currentEventsByPersistenceId(id))), id, 'tags')
    })
  })

  test('a payload that can not be read: the table is named too', async () => {
    await withItem({ ev_ser_id: { N: '4711' } }, async (id) => {
      const error = await rejectionOf(take(everything(id)))

      expect(error).toMatchObject({ code: 'SERIALIZATION', persistenceId: id, sequenceNr: 1, serializerId: 4711 })
      expect((error as Error).message).toContain(`event 1 in table ${fixture.table}`)
    })
  })
})

test('items of others in the feed, and under keys that look like ours, are nobody’s events', async () => {
  const id = `${freshType()}|1`
  const { feed: shard } = inFeed(feed, id, {})
  const strange = [
    'other',
    'journal-P-',
    `journal-P-${id}`,
    `journal-P-${id}-x`,
    `journal-P-${id}-00`,
    `journal-SH-${id}-x`,
  ]
  for (const par of strange)
    await fixture.putItem({ par: { S: par }, num: { N: '1' }, feed: shard, ts: { N: '1' }, tags: { S: 'x' } } as Item)
  await fixture.write(fixture.journal(), id, 1, 2, { tags: ['red'] })

  expect((await take(everything(id))).map(({ sequenceNr }) => sequenceNr)).toEqual([1, 2])
  const ids = await take(fixture.readJournal().currentPersistenceIds())
  expect(ids.filter((one) => one.includes(id))).toEqual([id])
})

test('JSON that names prototypes, ids and tags that are named after them', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const json = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  const tag = `__proto__${freshType()}`
  const journal = fixture.journal()
  for (const id of ['__proto__', 'constructor', 'hasOwnProperty', `a-P-b${tag}`, `${tag}\u0000😀`]) {
    const [event] = fixture.events(id, 1, 1, { tags: [tag, '__proto__'] }) as [PersistentRepr]
    await journal.writeEvents({ persistenceId: id, events: [{ ...event, payload: JSON.parse(json) }] })
  }

  const envelopes = await take(fixture.readJournal().currentEventsByTag(tag))
  // The offset goes through JSON, as a stored one does: what it knows of an id must not be lost.
  const offset = JSON.parse(JSON.stringify(envelopes.at(-1)?.offset))

  expect(envelopes.map(({ event }) => JSON.stringify(event))).toEqual(Array(5).fill(json))
  expect(await take(fixture.readJournal().currentEventsByTag(tag, offset))).toEqual([])
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

describe('a stored offset', () => {
  const stored = (projection: string, offset: unknown = { timestamp: 1, seen: {} }) =>
    offsetItem(projection, { epoch: 1, owner: 'somebody', rev: 1, offset }, 1)
  const put = (Item: Item) => fixture.client.send(new PutItemCommand({ TableName: offsetTable, Item }))
  const long = { timestamp: 1, seen: Object.fromEntries(Array.from({ length: 200 }, (_, nr) => [`id-${nr}`, nr])) }

  const expectRefused = async (projection: string, what: string | RegExp): Promise<void> => {
    for (const attempt of [() => offsets().read(projection), () => offsets().acquire(projection)]) {
      const error = await rejectionOf(attempt())
      expect({ error, isOurs: isPersistenceError(error) }).toMatchObject({ isOurs: true })
      const { message } = error as Error
      expect(message).toContain(`Projection ${projection}: its offset in table ${offsetTable} can't be read`)
      expect(message).toMatch(what)
    }
  }

  test.each([
    ['epoch', 'N', undefined],
    ['owner', 'S', undefined],
    ['rev', 'N', undefined],
    ['offset', 'S', undefined],
    ['offset_z', 'B', long],
    ['size', 'N', long],
  ] as const)('%s has a type that it never has: nobody begins at the beginning', async (name, type, offset) => {
    for (const value of wrongValues(type)) {
      const projection = freshType()
      await put({ ...stored(projection, offset), [name]: value } as Item)

      await expectRefused(projection, name)
    }
  })

  test.each(['epoch', 'rev'])('%s is a number that can not be', async (name) => {
    for (const number of ABSURD_NUMBERS.slice(0, 5)) {
      const projection = freshType()
      await put({ ...stored(projection), [name]: { N: number } } as Item)

      await expectRefused(projection, name)
    }
  })

  test.each(['', '{', '5', 'null', '[]', '"x"', 'undefined'])('it says %j', async (json) => {
    const projection = freshType()
    await put({ ...stored(projection), offset: { S: json } as AttributeValue })

    await expectRefused(projection, /JSON|object/)
  })
})
