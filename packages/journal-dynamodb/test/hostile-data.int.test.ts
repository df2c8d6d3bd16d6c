// What others have put into the table, by mistake or on purpose: an error that names the item, or it does not matter. Never a crash
// inside, never an event left out without a word, never a prototype changed.
import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type Item, markItem, packedItem } from '@dynact/dynamodb'
import type { Anomaly } from '@dynact/journal-dynamodb'
import { FencedError, type PersistentRepr } from '@dynact/persistence'
import { jest } from '@jest/globals'
import { expectNamedFailure, rejectionOf } from '../../../tools/test-support/failures.js'
import { ABSURD_NUMBERS, wrongValues } from '../../../tools/test-support/wrong-values.js'
import { freshId, JournalFixture, replayed, repr, span, storedItem, write } from './journal-fixture.js'

// Hundreds of requests, one after the other, on a machine that may be busy.
jest.setTimeout(300_000)

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const keys = { journalName: 'journal', sequenceShards: 10 }
const alone = { index: 0, lastIndex: 0 }
const utf8 = new TextEncoder()

const expectNamed = (error: unknown, persistenceId: string, what: string | RegExp, code = 'RECOVERY'): void =>
  expectNamedFailure(error, { table: fixture.table, persistenceId, what, code })

/** The item of event 2 of an id, after one that is all right. */
const eventAfterFirst = async (changes: Item = {}) => {
  const id = freshId()
  await fixture.putEvent(id, 1, 'writer-1')
  const item: Item = { ...storedItem(id, 2, 'writer-1', alone), ...changes }
  await fixture.putItem(item)
  return { id, item }
}

/** The item of a packed batch of the events 2 and 3, after one that is all right. */
const packedAfterFirst = async (changes: Item = {}, entry: Item = {}) => {
  const id = freshId()
  await fixture.putEvent(id, 1, 'writer-1')
  const events = [2, 3].map((sequenceNr) => repr(id, sequenceNr)) as [PersistentRepr, PersistentRepr]
  const payloads = events.map(({ payload }) => ({
    serializerId: 20,
    serializerManifest: '',
    bytes: utf8.encode(String(payload)),
  }))
  const item = packedItem(keys, events, payloads)
  const [first, second] = item['evs']?.L ?? []
  const damaged = { M: { ...second?.M, ...entry } } as AttributeValue
  await fixture.putItem({ ...item, evs: { L: [first as AttributeValue, damaged] }, ...changes })
  return { id }
}

describe('an attribute of an event has a type that it never has', () => {
  test.each([
    ['persistence_id', 'S'],
    ['seq', 'N'],
    ['writer_uuid', 'S'],
    ['event', 'B'],
    ['ev_ser_id', 'N'],
    ['ev_ser_manifest', 'S'],
    ['manifest', 'S'],
    ['idx', 'N'],
    ['cnt', 'N'],
    ['ts', 'N'],
    ['tags', 'SS'],
    ['del', 'BOOL'],
    ['n', 'N'],
    ['evs', 'L'],
    ['expiry', 'N'],
  ] as const)('%s: the recovery fails, and names it', async (name, type) => {
    for (const value of wrongValues(type)) {
      const { id } = await eventAfterFirst({ [name]: value })

      const error = await rejectionOf(replayed(fixture.journal(), id))

      expectNamed(error, id, name)
      expect(error).toMatchObject({ sequenceNr: 2 })
    }
  })

  test('pay, of a legacy event', async () => {
    for (const value of wrongValues('B')) {
      const { id, item } = await eventAfterFirst()
      const { event: _, ...rest } = item
      await fixture.putItem({ ...rest, pay: value } as Item)

      expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, 'pay')
    }
  })
})

describe('an attribute of a packed batch has a type that it never has', () => {
  test.each([
    ['persistence_id', 'S'],
    ['seq', 'N'],
    ['writer_uuid', 'S'],
    ['ts', 'N'],
    ['n', 'N'],
    ['evs', 'L'],
    ['cut', 'N'],
    ['expiry', 'N'],
  ] as const)('%s: the recovery fails, and names it', async (name, type) => {
    for (const value of wrongValues(type)) {
      const { id } = await packedAfterFirst({ [name]: value })

      const error = await rejectionOf(replayed(fixture.journal(), id))

      expectNamed(error, id, name === 'n' ? 'n is not an integer' : name)
      expect(error).toMatchObject({ sequenceNr: 2 })
    }
  })

  test.each([
    ['e', 'B', 'e is not binary'],
    ['i', 'N', 'i is not an integer'],
    ['m', 'S', 'm is not a string'],
    ['a', 'S', 'a is not a string'],
    ['t', 'SS', 't is not a set'],
    ['s', 'N', 's is not an integer'],
    ['d', 'BOOL', 'd is not a boolean'],
  ] as const)('%s, inside of it', async (name, type, what) => {
    for (const value of wrongValues(type)) {
      const { id } = await packedAfterFirst({}, { [name]: value })

      expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, `event 1: ${what}`)
    }
  })
})

describe('numbers that can not be', () => {
  test.each([
    ['seq', ABSURD_NUMBERS],
    ['ev_ser_id', ABSURD_NUMBERS.filter((number) => number !== '-1')],
    ['idx', ABSURD_NUMBERS],
    ['cnt', ABSURD_NUMBERS],
    ['ts', ABSURD_NUMBERS],
    ['n', [...ABSURD_NUMBERS, '0', '10001']],
  ])('%s: the recovery fails, and says of which event', async (name, numbers) => {
    for (const number of numbers) {
      const { id } = await eventAfterFirst({ [name]: { N: number } })

      const error = await rejectionOf(replayed(fixture.journal(), id))

      expectNamed(error, id, new RegExp(`${name} is|says that it is event -1|its? atomic write|an atomic write`))
      expect(error).toMatchObject({ sequenceNr: 2 })
    }
  })

  test.each(['-1', '0.5', '100', '1e37', '1.0000000000000000000001'])(
    'num %s, under a hash key of ours',
    async (num) => {
      const id = freshId()
      for (const sequenceNr of span(98, 101)) await fixture.putEvent(id, sequenceNr, 'writer-1')
      await fixture.putItem({ ...storedItem(id, 102, 'writer-1', alone), num: { N: num } })

      expectNamed(await rejectionOf(replayed(fixture.journal(), id, { fromSequenceNr: 98 })), id, 'num')
    },
  )

  test('a serializer that nobody has', async () => {
    const { id } = await eventAfterFirst({ ev_ser_id: { N: '9007199254740991' } })

    expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, 'serializer 9007199254740991', 'SERIALIZATION')
  })

  test('a writer that is no uuid is a writer', async () => {
    for (const writer of ['', '\u0000', 'x'.repeat(5_000), '😀', '__proto__']) {
      const { id } = await eventAfterFirst({ writer_uuid: { S: writer } })

      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2], highest: 2 })
      expect(await rejectionOf(fixture.journal().writeEvents(write(id, 2)))).toBeInstanceOf(FencedError)
    }
  })

  test.each([
    ['0', '1000000000'],
    ['0', '9007199254740991'],
    ['2', '2'],
    ['9007199254740991', '9007199254740991'],
  ])('place %s of 0 to %s is in a batch that was never completed', async (idx, cnt) => {
    const { id } = await eventAfterFirst({ idx: { N: idx }, cnt: { N: cnt } })
    const anomalies: Anomaly[] = []

    expect(await replayed(fixture.journal({ onAnomaly: (told) => anomalies.push(told) }), id)).toEqual({
      sequenceNrs: [1],
      highest: 2,
    })
    expect(anomalies).toMatchObject([{ kind: 'incomplete-write', fromSequenceNr: 2, toSequenceNr: 2 }])
  })
})

describe('an event lies ten million numbers ahead, and a high mark points to it', () => {
  const FAR = 10_000_000
  const history = async (last: Item = {}) => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 120))
    await fixture.putItem({ ...storedItem(id, 121, 'writer-1', alone), ...last })
    await fixture.putEvent(id, FAR, 'writer-2')
    await fixture.putItem(markItem(keys, 'SH', id, FAR))
    fixture.reset()
    return id
  }

  test('the numbers between are a gap, and not all of them are looked at', async () => {
    const id = await history()
    const anomalies: Anomaly[] = []

    const result = await replayed(fixture.journal({ onAnomaly: (told) => anomalies.push(told) }), id)

    expect(result).toEqual({ sequenceNrs: [...span(1, 121), FAR], highest: FAR })
    expect(anomalies).toMatchObject([{ kind: 'gap', fromSequenceNr: 122, toSequenceNr: FAR - 1 }])
    expect(fixture.observed.requests.length).toBeLessThan(5_000)
  })

  test('a batch that claims all of them is refused: so many holes no writer leaves', async () => {
    const id = await history({ idx: { N: '0' }, cnt: { N: '1000000000' } })

    expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, 'cnt')
  })
})

describe('what looks at items without their payloads', () => {
  test.each(['n', 'idx', 'cnt'])(
    '%s of the last event: the highest number fails, and so does a deletion',
    async (name) => {
      for (const value of wrongValues('N')) {
        const { id, item } = await eventAfterFirst({ [name]: value })

        expectNamed(await rejectionOf(fixture.journal().readHighestSequenceNr(id)), id, name)
        expectNamed(await rejectionOf(fixture.journal().deleteEventsTo(id, 2)), id, name)
        expect(await fixture.getItem(id, 2)).toEqual(item)
      }
    },
  )

  test('a packed batch of which nobody knows the size is not deleted with its first event', async () => {
    const { id } = await packedAfterFirst({ n: { S: '2' } })
    await fixture.putEvent(id, 4, 'writer-1')

    expectNamed(await rejectionOf(fixture.journal().deleteEventsTo(id, 2)), id, 'n is not an integer')
    expect(await fixture.getItem(id, 2)).toBeDefined()
  })
})

describe('marks', () => {
  const deletedHistory = async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 3))
    await journal.deleteEventsTo(id, 2)
    return { id, mark: markItem(keys, 'SL', id, 3) }
  }

  test.each([...wrongValues('N'), ...ABSURD_NUMBERS.map((N): AttributeValue => ({ N }))])(
    'a low mark says %j: whoever has to know it fails',
    async (seq) => {
      const { id, mark } = await deletedHistory()
      await fixture.putItem({ ...mark, seq })

      for (const attempt of [
        () => replayed(fixture.journal(), id),
        () => fixture.journal().readHighestSequenceNr(id),
        () => fixture.journal().readDeletedToSequenceNr(id),
        () => fixture.journal().deleteEventsTo(id, 3),
      ])
        expectNamed(await rejectionOf(attempt()), id, 'seq')
    },
  )

  test.each(
    [...wrongValues('N'), ...['0', '4', '-1', '0.5', '1e40'].map((N): AttributeValue => ({ N }))].flatMap((value) =>
      ['head', 'begin'].map((name) => [name, value] as const),
    ),
  )('a low mark cuts a batch, %s %j', async (name, value) => {
    const { id, mark } = await deletedHistory()
    await fixture.putItem({ ...mark, [name]: value })

    expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, name)
  })

  test.each([...wrongValues('N'), ...ABSURD_NUMBERS.slice(0, 5).map((N): AttributeValue => ({ N }))])(
    'a high mark says %j: it is told, and does not matter',
    async (seq) => {
      const id = freshId()
      await fixture.journal().writeEvents(write(id, 1, 150))
      const mark = markItem(keys, 'SH', id, 100)
      await fixture.putItem({ ...mark, seq })
      const anomalies: Anomaly[] = []

      const journal = fixture.journal({ onAnomaly: (told) => anomalies.push(told) })

      expect(await replayed(journal, id)).toEqual({ sequenceNrs: span(1, 150), highest: 150 })
      expect(anomalies).toEqual([{ kind: 'bad-mark', persistenceId: id, fromSequenceNr: 0, toSequenceNr: 0 }])
    },
  )

  test('a high mark that says no number is replaced when its hundred is entered', async () => {
    for (const seq of wrongValues('N')) {
      const id = freshId()
      const mark = markItem(keys, 'SH', id, 100)
      await fixture.putItem({ ...mark, seq })

      await fixture.journal().writeEvents(write(id, 99, 101))

      expect(await fixture.itemsOf(`journal-SH-${id}`)).toEqual([mark])
    }
  })
})

describe('items of others', () => {
  test('under keys that look like ours do not disturb', async () => {
    const id = freshId()
    const pars = ['other', 'journal', 'journal-P-', `journal-P-${id}`, `journal-P-${id}-x`, `journal-P-${id}-01`]
    for (const par of [...pars, `journal-X-${id}-0`, `Journal-P-${id}-0`, `journal-P-${id}--1`, `journal-SH-${id}`])
      for (const num of ['0', '1', '0.5']) await fixture.putItem({ par: { S: par }, num: { N: num }, seq: { S: 'x' } })

    await fixture.journal().writeEvents(write(id, 1, 3))

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2, 3], highest: 3 })
    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(3)
  })

  test('under a key of ours, with nothing that we know, fence, and fail a recovery', async () => {
    const id = freshId()
    await fixture.putItem({ ...keysOf(id, 1), colour: { S: 'red' } })

    expect(await rejectionOf(fixture.journal().writeEvents(write(id, 1)))).toMatchObject({
      code: 'FENCED',
      persistenceId: id,
      sequenceNr: 1,
    })
    expectNamed(await rejectionOf(replayed(fixture.journal(), id)), id, 'event is not binary or not there')
  })

  test('attributes that nobody knows do not matter, whatever their names', async () => {
    const { id } = await eventAfterFirst()
    const before = Object.getOwnPropertyNames(Object.prototype)
    for (const name of ['__proto__', 'constructor', 'toString', 'prototype', 'then', 'S', 'B', 'length', ' ', '😀'])
      for (const value of [{ S: 'x' }, { M: { S: { S: 'x' } } }, { L: [{ NULL: true }] }] as AttributeValue[])
        await fixture.client.send(
          new UpdateItemCommand({
            TableName: fixture.table,
            Key: keysOf(id, 2),
            UpdateExpression: 'SET #name = :value',
            ExpressionAttributeNames: { '#name': name },
            ExpressionAttributeValues: { ':value': value },
          }),
        )

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2], highest: 2 })
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })
})

const keysOf = (id: string, sequenceNr: number): Item => {
  const { par, num } = storedItem(id, sequenceNr, '', alone)
  return { par, num } as Item
}

test('JSON that names prototypes is data, stored and read', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const json = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"list":[{"__proto__":null}]}'
  const id = freshId()
  await fixture.putItem({ ...storedItem(id, 1, 'w', alone), event: { B: utf8.encode(json) }, ev_ser_id: { N: '1100' } })
  const journal = fixture.journal()
  await journal.writeEvents({ persistenceId: id, events: [{ ...repr(id, 2), payload: JSON.parse(json) }] })

  const payloads: unknown[] = []
  for await (const { payload } of fixture.journal().replayEvents(id)) payloads.push(payload)

  expect(payloads.map((payload) => JSON.stringify(payload))).toEqual([json, json])
  expect(payloads.map((payload) => Object.getPrototypeOf(payload).polluted)).toEqual([undefined, undefined])
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

describe('what an event may carry', () => {
  const TEXTS = [
    '\u0000',
    'a\u0000b',
    '😀👩‍👩‍👧',
    '\u202eabc',
    '\uffff',
    'e\u0301',
    '\u00e9',
    '__proto__',
    '-P-',
    ' ',
    '\r\n',
  ]

  test.each(['marked', 'packed'] as const)('%s: hostile metadata come back as they were', async (atomicWrites) => {
    const id = freshId()
    const tags = [...TEXTS, ...span(1, 3_000).map((nr) => `tag-${nr}`)]
    const events = TEXTS.map((manifest, index) => ({
      ...repr(id, index + 1, TEXTS.join('')),
      manifest,
      tags: index === 3 ? tags : [manifest],
      // Nearly as late as can be stored.
      timestamp: 9_007_199_000_000 + index,
    }))

    await fixture.journal({ atomicWrites }).writeEvents({ persistenceId: id, events })

    const seen: PersistentRepr[] = []
    for await (const event of fixture.journal().replayEvents(id)) seen.push(event)
    const sorted = (list: readonly PersistentRepr[]) =>
      list.map((event) => ({ ...event, tags: [...event.tags].sort() }))
    expect(sorted(seen)).toEqual(sorted(events))
  })

  test.each<[string, Partial<PersistentRepr>, string]>([
    ['more tags than an item holds', { tags: span(1, 60_000).map((nr) => `tag-${nr}`) }, 'ITEM_TOO_LARGE'],
    ['a tag of half a mebibyte', { tags: ['x'.repeat(500_000)] }, 'ITEM_TOO_LARGE'],
    ['a manifest of half a mebibyte', { manifest: 'x'.repeat(500_000) }, 'ITEM_TOO_LARGE'],
    ['half a character', { manifest: '\udc00' }, 'WRITE_REJECTED'],
    ['a time that is none', { timestamp: Number.NaN }, 'WRITE_REJECTED'],
    ['a time before 1970', { timestamp: -1 }, 'WRITE_REJECTED'],
    ['no end of time', { timestamp: Number.POSITIVE_INFINITY }, 'WRITE_REJECTED'],
    ['a time that could be stored, and not be read', { timestamp: 1e13 }, 'WRITE_REJECTED'],
    ['an enormous time', { timestamp: 1e300 }, 'WRITE_REJECTED'],
  ])('%s is rejected, and nothing is sent', async (_, changes, code) => {
    for (const atomicWrites of ['marked', 'packed'] as const) {
      const id = freshId()
      const events = [repr(id, 1), { ...repr(id, 2), ...changes }]

      const error = await rejectionOf(fixture.journal({ atomicWrites }).writeEvents({ persistenceId: id, events }))

      expect(error).toMatchObject({ code, persistenceId: id })
      expect(fixture.observed.requests).toEqual([])
    }
  })
})

test('ids that are keys, parts of keys, long or strange have histories of their own', async () => {
  const run = freshId()
  const ids = [
    '',
    '-P-b',
    '-P-b-0',
    '-0',
    '-1',
    '--',
    '-SH-',
    '-SL-x-0',
    '-SH-0',
    '\u0000',
    '\u0000-0',
    '😀',
    '\u00e9',
    'e\u0301',
    '__proto__',
    '\n',
    '%00',
    '\uffff',
  ]
    .map((end) => `${run}${end}`)
    .concat([
      `-SH-${run}`,
      `P-${run}`,
      `journal-P-${run}-0`,
      ' a-P-b',
      run.padEnd(2_022, 'x'),
      run.padEnd(1_011 + Math.ceil(run.length / 2), 'ü').slice(0, 1_000),
    ])
  const journal = fixture.journal()

  await Promise.all(ids.map((id, index) => journal.writeEvents(write(id, 99, 100 + (index % 3)))))

  for (const [index, id] of ids.entries())
    expect(await replayed(fixture.journal(), id)).toEqual({
      sequenceNrs: span(99, 100 + (index % 3)),
      highest: 100 + (index % 3),
    })
})
