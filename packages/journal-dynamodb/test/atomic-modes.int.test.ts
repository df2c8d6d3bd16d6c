import type { JournalConfig } from '@dynact/journal-dynamodb'
import { FencedError, ItemTooLargeError, WriteRejectedError } from '@dynact/persistence'
import { onRealDynamoDB, requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { diesBefore } from '../../../tools/test-support/observed-client.js'
import { freshId, JournalFixture, replayed, repr, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

type Mode = NonNullable<JournalConfig['atomicWrites']>
const journalIn = (atomicWrites: Mode) => fixture.journal({ atomicWrites })
const MODES: Mode[] = onRealDynamoDB ? ['marked', 'transaction', 'packed'] : ['marked', 'packed']

describe('a transaction', () => {
  requiresRealDynamoDB('stores a batch in one request, over an edge too, with its mark', async () => {
    const id = freshId()

    await journalIn('transaction').writeEvents(write(id, 95, 104))

    const operations = fixture.observed.requests.map(({ operation }) => operation)
    expect(operations.filter((operation) => operation === 'TransactWriteItems')).toHaveLength(1)
    expect((await fixture.itemsOf(`journal-SH-${id}`)).map((item) => item['seq']?.N)).toEqual(['100'])
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual(span(95, 104))
  })

  test('refuses more than 100 events before anything is sent', async () => {
    const refused = journalIn('transaction').writeEvents(write(freshId(), 1, 101))

    await expect(refused).rejects.toBeInstanceOf(WriteRejectedError)
    await expect(refused).rejects.toThrow('at most 100 events')
    expect(fixture.observed.requests).toEqual([])
  })

  test('refuses more than 4 MiB before anything is sent', async () => {
    const id = freshId()
    const events = span(1, 12).map((sequenceNr) => ({ ...repr(id, sequenceNr), payload: 'x'.repeat(360_000) }))
    const refused = journalIn('transaction').writeEvents({ persistenceId: id, events })

    await expect(refused).rejects.toThrow('a transaction takes at most 4194304')
    expect(fixture.observed.requests).toEqual([])
  })

  requiresRealDynamoDB('is fenced, and stores nothing then', async () => {
    const id = freshId()
    await fixture.putEvent(id, 3, 'winner')

    await expect(journalIn('transaction').writeEvents(write(id, 1, 5, 'loser'))).rejects.toMatchObject({
      code: 'FENCED',
      writerUuid: 'winner',
      sequenceNr: 3,
    })
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [3], highest: 3 })
  })

  requiresRealDynamoDB('whose answer is lost is a success', async () => {
    const id = freshId()
    fixture.observed.fateOf = (_, index) => (index === 0 ? { loseAnswer: 'reset' } : 'pass')

    await journalIn('transaction').writeEvents(write(id, 1, 5))

    fixture.reset()
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual(span(1, 5))
  })
})

describe('a packed batch', () => {
  test('is one item, in one request', async () => {
    const id = freshId()

    await journalIn('packed').writeEvents(write(id, 1, 25))

    expect(fixture.observed.requests.map(({ operation }) => operation)).toEqual(['PutItem'])
    const items = await fixture.itemsOf(`journal-P-${id}`)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ num: { N: '1' }, n: { N: '25' } })
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 25), highest: 25 })
  })

  test('comes back with everything that went in', async () => {
    const id = freshId()
    const timestamp = 1_700_000_000_000
    const events = [
      { ...repr(id, 1), payload: { a: 1 }, manifest: 'v2', tags: ['x'], timestamp },
      { ...repr(id, 2), payload: 7n, timestamp: timestamp + 0.001 },
      { ...repr(id, 3), payload: 'c', timestamp: timestamp + 5, deleted: true },
    ]
    await journalIn('packed').writeEvents({ persistenceId: id, events })

    const found = []
    for await (const event of fixture.journal().replayEvents(id)) found.push(event)

    expect(found).toEqual(events)
  })

  test('over 400 KB is refused with its size', async () => {
    const id = freshId()
    const events = span(1, 3).map((sequenceNr) => ({ ...repr(id, sequenceNr), payload: 'x'.repeat(150_000) }))

    const refused = journalIn('packed').writeEvents({ persistenceId: id, events })

    await expect(refused).rejects.toBeInstanceOf(ItemTooLargeError)
    expect(fixture.observed.requests).toEqual([])
  })

  describe.each([
    ['within a hundred', 10, 30],
    ['over an edge', 90, 120],
    ['over several hundreds', 50, 349],
    ['to the end of a hundred', 50, 99],
  ])('%s', (_, from, to) => {
    const build = async () => {
      const id = freshId()
      const journal = journalIn('packed')
      for (let sequenceNr = 1; sequenceNr < from; sequenceNr += 10)
        await fixture.journal().writeEvents(write(id, sequenceNr, Math.min(from - 1, sequenceNr + 9)))
      await journal.writeEvents(write(id, from, to))
      return id
    }

    test('delivers the rest to a replay that starts inside it', async () => {
      const id = await build()
      const middle = Math.floor((from + to) / 2)

      for (const start of [from, from + 1, middle, to, to + 1])
        expect([start, await replayed(fixture.journal(), id, { fromSequenceNr: start })]).toEqual([
          start,
          { sequenceNrs: span(start, to), highest: to },
        ])
    })

    test('is left out when a limit cuts it', async () => {
      const id = await build()

      expect(await replayed(fixture.journal(), id, { toSequenceNr: to - 1 })).toEqual({
        sequenceNrs: span(1, from - 1),
        highest: to,
      })
      expect(await replayed(fixture.journal(), id, { max: to - 1 })).toEqual({
        sequenceNrs: span(1, from - 1),
        highest: to,
      })
      expect((await replayed(fixture.journal(), id, { toSequenceNr: to })).sequenceNrs).toEqual(span(1, to))
    })

    test('is followed by the next event, and the highest number is its end', async () => {
      const id = await build()
      const journal = fixture.journal()
      expect(await journal.readHighestSequenceNr(id)).toBe(to)
      expect(await journal.readHighestSequenceNr(id, to)).toBe(to)

      await journal.writeEvents(write(id, to + 1, to + 3, 'next'))

      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, to + 3), highest: to + 3 })
      expect((await replayed(fixture.journal(), id, { fromSequenceNr: to })).sequenceNrs).toEqual(span(to, to + 3))
    })

    test('that a deletion cuts keeps the rest', async () => {
      const id = await build()
      const journal = fixture.journal()
      const middle = Math.floor((from + to) / 2)
      await journal.deleteEventsTo(id, middle)

      for (const start of [1, from, middle, middle + 1])
        expect([start, await replayed(fixture.journal(), id, { fromSequenceNr: start })]).toEqual([
          start,
          { sequenceNrs: span(middle + 1, to), highest: to },
        ])
      expect((await replayed(fixture.journal(), id, { fromSequenceNr: to })).sequenceNrs).toEqual([to])
      await journal.deleteEventsTo(id, to)
      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: to })
      expect(await fixture.itemsOf(`journal-P-${id}`)).toEqual([])
    })
  })

  test('is fenced by a writer that has gone on behind the holes of a dead one, where it would come to lie over that', async () => {
    const id = freshId()
    await journalIn('packed').writeEvents(write(id, 1, 2))
    const overtaken = journalIn('packed')
    await replayed(overtaken, id)
    await fixture.putEvent(id, 5, 'dead', { index: 2, lastIndex: 3 })
    const next = journalIn('packed')
    await replayed(next, id)
    await next.writeEvents(write(id, 6, 9, 'next'))

    await expect(overtaken.writeEvents(write(id, 3, 8, 'overtaken'))).rejects.toMatchObject({
      name: FencedError.name,
      writerUuid: 'next',
    })

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2, 6, 7, 8, 9], highest: 9 })
  })

  test('drops a stray single item of another writer under its range', async () => {
    const id = freshId()
    await journalIn('packed').writeEvents(write(id, 1, 10))
    await fixture.putEvent(id, 4, 'dead', { index: 3, lastIndex: 8 })
    await fixture.putEvent(id, 9, 'dead', { index: 8, lastIndex: 9 })

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 10), highest: 10 })
    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(10)
  })

  /** What an overtaken writer of the batch `first` to `last` has left, under a packed batch of 9, or 2 to 10. */
  const strays = [
    ['of a batch that lost its first number', { first: 2, last: 11, left: span(3, 11) }],
    ['of a batch that goes on behind it', { first: 2, last: 14, left: span(9, 14) }],
    ['of a batch that ends under it', { first: 2, last: 7, left: [5, 6, 7] }],
    ['of a batch that breaks off under it', { first: 2, last: 12, left: [5, 6] }],
    ['of a batch that ends right before its end', { first: 2, last: 9, left: [9] }],
    ['of which one stands at its end', { first: 2, last: 10, left: [10] }],
  ] as const

  test.each(strays.flatMap(([name, stray]) => [0, 94].map((shift) => [name, shift, stray] as const)))(
    'is shown from any number on, whatever single items lie under it: %s; moved by %d',
    async (_, shift, { first, last, left }) => {
      const id = freshId()
      await fixture.journal().writeEvents(write(id, 1, shift + 1))
      for (const number of left)
        await fixture.putEvent(id, shift + number, 'dead', { index: number - first, lastIndex: last - first })
      await journalIn('packed').writeEvents(write(id, shift + 2, shift + 10))

      const highest = shift + Math.max(10, left.at(-1) ?? 0)
      for (const from of [1, ...span(shift + 1, shift + 15)])
        expect([
          from,
          await replayed(fixture.journal(), id, { fromSequenceNr: from }, { startsAnywhere: true }),
        ]).toEqual([from, { sequenceNrs: span(from, shift + 10), highest }])
      expect(await fixture.journal().readHighestSequenceNr(id)).toBe(highest)
    },
  )

  test('is not shown in part where a stale writer stored it under another one', async () => {
    const id = freshId()
    await journalIn('packed').writeEvents(write(id, 1, 5))
    await journalIn('packed').writeEvents(write(id, 3, 8))
    await journalIn('packed').writeEvents(write(id, 6, 7))

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 7), highest: 8 })
  })

  test('costs a replay that begins amid it no more than it did, where nothing lies under it', async () => {
    const id = freshId()
    await journalIn('packed').writeEvents(write(id, 1, 10))
    fixture.reset()

    await replayed(fixture.journal(), id, { fromSequenceNr: 5 })

    expect(fixture.observed.requests.length).toBeLessThanOrEqual(7)
  })
})

describe('one journal with all three', () => {
  test('is replayed in order, whichever mode reads it', async () => {
    const id = freshId()
    let sequenceNr = 1
    for (const size of [1, 3, 30, 2, 80, 40]) {
      for (const mode of MODES) {
        await journalIn(mode).writeEvents(write(id, sequenceNr, sequenceNr + size - 1, `writer-${sequenceNr}`))
        sequenceNr += size
      }
    }
    const highest = sequenceNr - 1

    for (const mode of MODES) {
      expect(await replayed(journalIn(mode), id)).toEqual({ sequenceNrs: span(1, highest), highest })
      for (const from of [2, 5, 99, 100, 101, 150, 250, highest])
        expect([from, (await replayed(journalIn(mode), id, { fromSequenceNr: from })).sequenceNrs]).toEqual([
          from,
          span(from, highest),
        ])
    }
  })

  test.each(MODES)('%s: a batch interrupted after every request is whole or not there', async (mode) => {
    for (let dies = 0; ; dies++) {
      const id = freshId()
      await fixture.journal().writeEvents(write(id, 1, 90))
      fixture.reset()
      fixture.observed.fateOf = diesBefore(dies)
      const outcome = await journalIn(mode)
        .writeEvents(write(id, 91, 140, 'dies'))
        .then(
          () => 'stored',
          () => 'died',
        )
      fixture.reset()

      const { sequenceNrs, highest } = await replayed(fixture.journal(), id)
      expect([90, 140]).toContain(sequenceNrs.length)
      if (outcome === 'stored') expect(sequenceNrs).toEqual(span(1, 140))
      await journalIn(mode).writeEvents(write(id, highest + 1, highest + 5, 'next'))
      expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual([
        ...sequenceNrs,
        ...span(highest + 1, highest + 5),
      ])
      if (outcome === 'stored') break
    }
  })
})
