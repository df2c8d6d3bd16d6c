// The real Pekko plugin and our journal work on one table in turns.
import { jest } from '@jest/globals'
import { describeWithPekko } from '../../../tools/pekko-peer/peer.js'
import { SharedHistory } from '../../../tools/pekko-peer/shared-history.js'
import { SharedTables } from '../../../tools/pekko-peer/shared-tables.js'
import type { TypedValue } from '../../../tools/pekko-peer/typed-value.js'
import { diesBefore } from '../../../tools/test-support/observed-client.js'

jest.setTimeout(60_000) // the JVM starts, and many steps are dozens of requests

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64')
const string = (value: string): TypedValue => ({ type: 'string', value })
const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const EDGES = [99, 100, 101, 199, 200, 201]

describeWithPekko('events, on one table with the real Pekko plugin', () => {
  const tables = new SharedTables()
  let history: SharedHistory
  beforeAll(() => tables.create())
  afterAll(() => tables.remove())
  beforeEach(() => {
    tables.observed.fateOf = () => 'pass'
    history = new SharedHistory(tables)
  })

  describe('in turns', () => {
    test('single events', async () => {
      await history.theyPersist(3)
      await history.agree()
      await history.weWrite(1)
      await history.weWriteOneByOne(2)
      await history.agree()
      await history.theyPersist(2)
      await history.agree()
      await history.weWrite(1)
      await history.agree()
    })

    test('beginning with us', async () => {
      await history.weWrite(1)
      await history.agree()
      await history.theyPersist(1)
      await history.agree()
    })

    test.each([2, 30])('batches of %d', async (size) => {
      await history.theyPersistAll(size)
      await history.weWrite(size)
      await history.agree()
      await history.theyPersist(1)
      await history.theyPersistAll(size)
      await history.weWrite(size)
      await history.agree()
    })

    test('batches over the edge of a hundred, and over two', async () => {
      await history.theyPersistAll(95)
      await history.weWrite(10)
      await history.agree()
      await history.theyPersistAll(90)
      await history.weWrite(10)
      await history.agree()
      await history.theyPersistAll(120)
      await history.agree()
      await history.weWrite(120)
      await history.agree()
      await history.weWrite(250)
      await history.theyPersist(1)
      await history.agree()
    })
  })

  describe('at the edges of hundreds', () => {
    test.each(EDGES)('the JVM persists one by one up to %d', async (size) => {
      await history.theyPersist(size)
      await history.agree()
      await history.weWrite(1)
      await history.agree()
      await history.theyPersist(1)
      await history.agree()
    })

    test.each(EDGES)('the JVM persists %d in one batch', async (size) => {
      await history.theyPersistAll(size)
      await history.weWrite(2)
      await history.agree()
      await history.theyPersistAll(2)
      await history.agree()
    })

    test.each(EDGES)('we write %d in one batch', async (size) => {
      await history.weWrite(size)
      await history.agree()
      await history.theyPersist(1)
      await history.agree()
      await history.weWrite(1)
      await history.agree()
    })

    test.each(EDGES)('we write one by one up to %d', async (size) => {
      await history.weWrite(size - 3)
      await history.weWriteOneByOne(3)
      await history.theyPersistAll(2)
      await history.agree()
      await history.weWrite(2)
      await history.agree()
    })
  })

  describe('values', () => {
    const values: readonly TypedValue[] = [
      ...[
        '',
        'éèüß',
        '日本語',
        '🎈👨‍👩‍👧',
        'tab\tnewline\nnul\u0000end',
        '"quoted" \\ back',
        '\ufeffBOM',
        'x'.repeat(70_000),
      ].map(string),
      ...[base64(), base64(0), base64(...Array.from({ length: 256 }, (_, byte) => byte))].map(
        (value): TypedValue => ({ type: 'bytes', value }),
      ),
      ...['0', '1', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'].map(
        (value): TypedValue => ({ type: 'long', value }),
      ),
      ...[0, 1, -1, 305419896, 2147483647, -2147483648].map((value): TypedValue => ({ type: 'int', value })),
      { type: 'boolean', value: true },
      { type: 'boolean', value: false },
      { type: 'bytestring', value: base64(1, 2, 255) },
      { type: 'note', value: { version: 1, text: 'first 🎈' } },
      { type: 'note', value: { version: 2, text: 'second 日本' } },
    ]
    const adapted: TypedValue = { type: 'adapted', value: { text: 'adapted', manifest: 'adapted-v2' } }

    test('of every kind, written by the JVM', async () => {
      await history.theyPersist(values)
      await history.theyPersistAll(values)
      await history.theyPersist([adapted])
      await history.agree()
    })

    test('of every kind, written by us', async () => {
      for (const value of values) await history.weWrite([value])
      await history.weWrite(values)
      await history.weWrite([adapted], { manifest: 'adapted-v2' })
      await history.agree()
    })

    test('that only we can read end a recovery of the JVM, which names the serializer', async () => {
      const [event] = history.reprs(1, [string('')])
      const payload = { json: 'in JSON' }
      const journal = tables.journal()

      await journal.writeEvents({
        persistenceId: history.id,
        events: event === undefined ? [] : [{ ...event, payload }],
      })

      expect((await tables.peer.recover(history.id)).failure).toContain('Cannot find serializer with id [1100]')
    })
  })

  describe('persistence ids', () => {
    const ids = [
      'order 42 - äöü|日本-🎈-7',
      'a|b',
      '-leading',
      'trailing-',
      'journal-P-x-0',
      'x-1',
      'UPPER/lower:dots.~!@#$%^&*()',
      '\'quotes"',
    ]

    test.each(ids)('%s', async (id) => {
      history = new SharedHistory(tables, id)
      await history.theyPersist(1)
      await history.weWrite(1)
      await history.theyPersistAll(2)
      await history.agree()
      await history.weDeleteTo(2)
      await history.agree()
    })

    test('that we have written are among those that the JVM lists, by the index and by a scan', async () => {
      await history.weWrite(120)

      for (const scan of [false, true]) expect(await tables.peer.currentPersistenceIds({ scan })).toContain(history.id)
    })

    test('lead the read journal to our events', async () => {
      await history.theyPersist(2)
      await history.weWrite(120)

      expect(await tables.peer.currentEventsByPersistenceId(history.id)).toEqual(history.expected.events)
    })
  })

  describe('deletes', () => {
    const bothWays = [
      ['the JVM', 'theyDeleteTo'],
      ['we', 'weDeleteTo'],
    ] as const

    describe.each(bothWays)('%s delete', (_, deleteTo) => {
      test.each([10, 99, 100, 101])('up to %d of 120', async (to) => {
        await history.weWriteOneByOne(20)
        await history.theyPersist(100)
        await history[deleteTo](to)
        await history.agree()
        await history.weWrite(1)
        await history.theyPersist(1)
        await history.agree()
      })

      test.each([5, 99, 100, 120])('all of %d, and the other appends', async (size) => {
        await history.theyPersistAll(size)
        await history[deleteTo](size)
        await history.agree()
        if (deleteTo === 'weDeleteTo') await history.theyPersist(2)
        else await history.weWrite(2)
        await history.agree()
        await history.weWrite(1)
        await history.theyPersist(1)
        await history.agree()
      })
    })

    test('by both, one after the other', async () => {
      await history.theyPersist(250)
      await history.theyDeleteTo(20)
      await history.weDeleteTo(110)
      await history.agree()
      await history.theyDeleteTo(205)
      await history.agree()
      await history.weDeleteTo(250)
      await history.agree()
      await history.theyPersist(1)
      await history.weWrite(1)
      await history.agree()
    })

    test('through all shards of the marks', async () => {
      await history.weWrite(1_000)
      await history.theyPersist(10)
      await history.theyDeleteTo(1_000)
      await history.agree()
      await history.weDeleteTo(1_005)
      await history.theyPersist(1)
      await history.agree()
    })
  })

  describe('what only we write', () => {
    test('tags and timestamps do not disturb the JVM', async () => {
      await history.weWrite(3, { tags: ['red', 'grün'], timestamp: 1_700_000_000_000.123 })
      await history.theyPersist(1)
      await history.agree()
    })

    test('the mark of a deleted event does not: the JVM replays the event', async () => {
      await history.weWrite(1)
      await history.weWrite(1, { deleted: true })
      await history.theyPersist(1)
      await history.agree()
    })

    test('stepping stones are invisible to the JVM', async () => {
      await history.weWrite(20)
      await history.weWriteAfterSkipping(329, 1)
      expect(await history.storedSequenceNrs()).toEqual([...span(1, 20), 100, 200, 350])

      await history.agree()
      await history.theyPersist(1)
      await history.agree()
    })
  })

  describe('a batch of ours that a crash interrupts', () => {
    /**
     * A batch of 30 after 95 events is two requests, its first hundred and the mark of its second, and then two more. What the
     * JVM takes for the highest number, by how many of them were carried out:
     */
    const interrupted: [number, number][] = [
      [0, 95],
      [1, 99],
      [2, 100], // The mark alone: the JVM leaves the first number behind it unused.
      [3, 124],
      [4, 125],
    ]
    const isWhole = (requests: number) => requests === 4

    test.each(interrupted)('after %d requests: the JVM goes on, and both see the same', async (requests, highest) => {
      await history.weWrite(95)
      await history.weTryToWrite(30, diesBefore(requests))
      const theirs = await history.recoverTheirs()
      const ours = await history.recoverOurs()

      // Whatever we show, the JVM shows too, and so does not write over it.
      expect(theirs).toMatchObject({ events: ours.events, highestSequenceNr: highest })
      expect(ours.events).toHaveLength(isWhole(requests) ? 125 : 95)
      await tables.peer.persist(history.id, [string('theirs-1'), string('theirs-2')])
      const after = await history.recoverTheirs()
      expect(after.events).toEqual([
        ...theirs.events,
        { seq: highest + 1, ...string('theirs-1') },
        { seq: highest + 2, ...string('theirs-2') },
      ])
      expect(await history.recoverOurs()).toEqual(after)
    })

    test.each(interrupted)('after %d requests: we go on, and both see the same', async (requests) => {
      await history.weWrite(95)
      await history.weTryToWrite(30, diesBefore(requests))
      const ours = await history.recoverOurs()

      expect(ours.events).toHaveLength(isWhole(requests) ? 125 : 95)
      await history.weWrite([string('ours')])
      const after = await history.recoverOurs()
      expect(after.events).toEqual([...ours.events, { seq: ours.highestSequenceNr + 1, ...string('ours') }])
      expect(await history.recoverTheirs()).toEqual(after)
    })
  })

  // What is left of a batch from 2 on, and where that would have ended.
  test.each([
    [[3], 3],
    [[4], 4],
    [[2, 4], 4],
    [[3, 4], 4],
    [[5], 5],
    [[2, 5], 5],
    [[2, 3, 5], 5],
    [[2, 4, 5], 5],
    [[3, 5], 6],
  ])('the stones in the holes of a torn batch, %j of 2 to %d, complete it for nobody', async (left, last) => {
    await history.weWrite(1)
    await history.putRemains(left, { writerUuid: 'dead', first: 2, last })
    history.useUp((left.at(-1) ?? 0) - 1)

    await history.weWrite(1)

    await history.agree()
    expect(await history.storedSequenceNrs()).toEqual(span(1, history.highest))
    await history.theyPersist(1)
    await history.weWrite(2)
    await history.agree()
  })

  describe('an event that the JVM rejects', () => {
    const tooLarge = string('x'.repeat(400_001))

    test('leaves a hole that both go past', async () => {
      expect(await tables.peer.persist(history.id, [string('event-1'), tooLarge, string('event-3')])).toEqual([2])
      const expected = { events: [1, 3].map((seq) => ({ seq, ...string(`event-${seq}`) })), highestSequenceNr: 3 }

      expect(await history.recoverTheirs()).toEqual(expected)
      expect(await history.recoverOurs()).toEqual(expected)
    })

    test('and that is a hundredth hides what follows it from the JVM, until we write', async () => {
      const events = span(1, 103).map((seq) => (seq === 100 ? tooLarge : string(`event-${seq}`)))
      expect(await tables.peer.persist(history.id, events)).toEqual([100])
      const seen = span(1, 103).flatMap((seq) => (seq === 100 ? [] : [{ seq, ...string(`event-${seq}`) }]))

      expect(await history.recoverOurs()).toEqual({ events: seen, highestSequenceNr: 103 })
      // It wrote no SH item for that hundred, and trusts those that it has.
      expect(await history.recoverTheirs()).toEqual({ events: seen.slice(0, 99), highestSequenceNr: 99 })
      await history.weWrite([string('ours')])
      const after = { events: [...seen, { seq: 104, ...string('ours') }], highestSequenceNr: 104 }
      expect(await history.recoverOurs()).toEqual(after)
      expect(await history.recoverTheirs()).toEqual(after)
    })
  })

  describe('what the JVM does otherwise', () => {
    test.each([
      ['the JVM', 'theyDeleteTo'],
      ['us', 'weDeleteTo'],
    ] as const)(
      'deleting into a batch, by %s: it takes the rest for an incomplete batch; we return it',
      async (_, deleteTo) => {
        await history.theyPersist(1)
        await history.weWrite(5)
        await history.theyPersist(1)

        await history[deleteTo](3)

        const { events } = history.expected
        expect(await history.recoverOurs()).toEqual({ events, highestSequenceNr: 7 })
        expect(await history.recoverTheirs()).toEqual({ events: events.slice(-1), highestSequenceNr: 7 })
      },
    )

    test('a batch behind an incomplete one, ending where that would have ended: it drops both; we return it', async () => {
      await history.weWrite(1)
      await history.putRemains([2, 3], { writerUuid: 'dead', first: 2, last: 5 })
      history.useUp(2)

      await history.theyPersistAll(2)

      expect(await history.recoverOurs()).toEqual(history.expected)
      expect(await history.recoverTheirs()).toEqual({
        events: history.expected.events.slice(0, 1),
        highestSequenceNr: 5,
      })
    })

    test('pieces of two writers that add up to a batch: it returns them; we drop them', async () => {
      await history.weWrite(1)
      await history.putRemains([2, 3], { writerUuid: 'one', first: 2, last: 5 })
      await history.putRemains([4, 5], { writerUuid: 'other', first: 2, last: 5 })
      history.useUp(4)

      expect(await history.recoverOurs()).toEqual(history.expected)
      expect((await history.recoverTheirs()).events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    })
  })
})
