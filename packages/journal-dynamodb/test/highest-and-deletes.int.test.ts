import { markItem } from '@dynact/dynamodb'
import { diesBefore } from '../../../tools/test-support/observed-client.js'
import { freshId, JournalFixture, replayed, repr, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const keys = { journalName: 'journal', sequenceShards: 10 }
const putMark = (id: string, kind: 'SH' | 'SL', sequenceNr: number) =>
  fixture.putItem(markItem(keys, kind, id, sequenceNr))
const dropMarks = async (id: string) => {
  for (const item of await fixture.itemsOf(`journal-SH-${id}`)) await deleteItem(item['par']?.S ?? '')
}
const deleteItem = async (par: string) => {
  const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb')
  await fixture.client.send(
    new DeleteItemCommand({ TableName: fixture.table, Key: { par: { S: par }, num: { N: '0' } } }),
  )
}
const history = async (size: number) => {
  const id = freshId()
  const journal = fixture.journal()
  for (let from = 1; from <= size; from += 50) await journal.writeEvents(write(id, from, Math.min(size, from + 49)))
  return id
}

describe('the highest sequence number', () => {
  test('of an unknown id is 0', async () => {
    expect(await fixture.journal().readHighestSequenceNr(freshId())).toBe(0)
    expect(await fixture.journal().readHighestSequenceNr(freshId(), 50)).toBe(0)
  })

  test.each([1, 99, 100, 101, 199, 200, 450])('after %d events', async (size) => {
    const id = await history(size)

    for (const from of [0, 1, Math.ceil(size / 2), size, size + 1, size + 1000])
      expect([from, await fixture.journal().readHighestSequenceNr(id, from)]).toEqual([from, size])
  })

  test('survives missing high marks', async () => {
    const id = await history(450)
    await dropMarks(id)

    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(450)
    expect((await replayed(fixture.journal(), id)).highest).toBe(450)
  })

  test('survives stale high marks', async () => {
    const id = await history(450)
    await dropMarks(id)
    await putMark(id, 'SH', 100)

    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(450)
  })

  test.each([500, 900, 2_000, 90_000_000_000_000])('survives a premature high mark, %d', async (mark) => {
    const id = await history(120)
    await putMark(id, 'SH', mark)
    fixture.reset()

    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(120)
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 120), highest: 120 })
    expect(fixture.observed.requests.length).toBeLessThan(20)
  })

  test('is right behind a hundred that a JVM writer left empty', async () => {
    const id = await history(120)
    await fixture.putEvent(id, 305, 'jvm')
    await putMark(id, 'SH', 300)

    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(305)
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [...span(1, 120), 305], highest: 305 })
  })

  test('of a short history with such a hole is found with distrust', async () => {
    const id = await history(20)
    await fixture.putEvent(id, 305, 'jvm')
    await putMark(id, 'SH', 300)

    expect((await replayed(fixture.journal({ distrust: true }), id)).highest).toBe(305)
  })

  test('counts incomplete batches', async () => {
    const id = freshId()
    await fixture.putEvent(id, 1, 'a', { index: 0, lastIndex: 3 })
    await fixture.putEvent(id, 2, 'a', { index: 1, lastIndex: 3 })

    expect(await fixture.journal().readHighestSequenceNr(id)).toBe(2)
  })
})

describe.each<[string, { deletedTimeToLiveMs?: number }]>([
  ['at once', {}],
  ['by a time to live', { deletedTimeToLiveMs: 3_600_000 }],
])('deleting %s', (_, config) => {
  test.each([
    [30, 10],
    [30, 30],
    [30, 99],
    [30, Number.MAX_SAFE_INTEGER],
    [120, 105],
    [120, 120],
    [250, 99],
    [250, 100],
    [250, 101],
    [250, 249],
    [250, 250],
  ])('of %d events up to %d leaves the rest, and the highest number', async (size, to) => {
    const id = await history(size)
    const journal = fixture.journal(config)

    await journal.deleteEventsTo(id, to)

    const left = span(Math.min(size, to) + 1, size)
    expect(await replayed(journal, id)).toEqual({ sequenceNrs: left, highest: size })
    expect(await replayed(fixture.journal(), id, { fromSequenceNr: size + 1 })).toEqual({
      sequenceNrs: [],
      highest: size,
    })
    expect(await journal.readHighestSequenceNr(id)).toBe(size)
    expect(await journal.readDeletedToSequenceNr(id)).toBe(Math.min(size, to))
    const items = await fixture.itemsOf(`journal-P-${id}`)
    expect(items.filter(({ expiry }) => expiry === undefined).length).toBe(left.length)
    if (config.deletedTimeToLiveMs === undefined) expect(items.length).toBe(left.length)
  })

  test('of everything keeps the numbers: the next event is highest + 1', async () => {
    const id = await history(5)
    const journal = fixture.journal(config)
    await journal.deleteEventsTo(id, 5)

    await journal.writeEvents(write(id, 6))

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [6], highest: 6 })
  })

  test.each([
    [198, 199],
    [150, 151],
    [199, 200],
  ])('up to %d, before a gap over the edge of the hundred, hides nothing behind it', async (to, from) => {
    const id = await history(to)
    const journal = fixture.journal(config)
    await fixture.journal().writeEvents(write(id, 202, 205))

    await journal.deleteEventsTo(id, to)

    for (const fromSequenceNr of [1, from, from + 1])
      expect(await replayed(fixture.journal(), id, { fromSequenceNr })).toEqual({
        sequenceNrs: span(202, 205),
        highest: 205,
      })
  })

  test('of an unknown id writes nothing', async () => {
    const id = freshId()

    await fixture.journal(config).deleteEventsTo(id, 10)

    expect(await fixture.itemsOf(`journal-SL-${id}`)).toEqual([])
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: 0 })
  })

  test('twice, further and less far', async () => {
    const id = await history(130)
    const journal = fixture.journal(config)
    for (const to of [20, 20, 110, 50]) await journal.deleteEventsTo(id, to)

    expect(await replayed(journal, id)).toEqual({ sequenceNrs: span(111, 130), highest: 130 })
  })

  test('into the middle of a batch leaves the rest of it', async () => {
    const id = freshId()
    const journal = fixture.journal(config)
    await journal.writeEvents(write(id, 1))
    await journal.writeEvents(write(id, 2, 6))
    await journal.writeEvents(write(id, 7))

    await journal.deleteEventsTo(id, 3)

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [4, 5, 6, 7], highest: 7 })
    expect((await replayed(fixture.journal(), id, { fromSequenceNr: 5 })).sequenceNrs).toEqual([5, 6, 7])
    expect((await replayed(fixture.journal(), id, { fromSequenceNr: 4 })).sequenceNrs).toEqual([4, 5, 6, 7])
  })

  test('costs what is left: the second deletion of a long history does not walk through it again', async () => {
    const id = await history(850)
    const journal = fixture.journal(config)
    await journal.deleteEventsTo(id, 800)
    fixture.reset()

    await journal.deleteEventsTo(id, 840)

    // Two of them look whether the batch is whole that is cut.
    expect(fixture.observed.requests.length).toBeLessThan(config.deletedTimeToLiveMs === undefined ? 15 : 15 + 40)
  })

  test.each([Number.NaN, 2.5])('refuses a number that is none, %d', async (to) => {
    await expect(fixture.journal(config).deleteEventsTo(freshId(), to)).rejects.toThrow(`can't be deleted up to ${to}`)
  })

  describe('while a replay is reading', () => {
    /** Replays, and lets somebody delete when this event has been read, and its hundred. */
    const replayedAround = async (id: string, event: number, to: number, fromSequenceNr: number) => {
      const replay = fixture.journal({ replayParallelism: 1 }).replayEvents(id, { fromSequenceNr })
      const sequenceNrs: number[] = []
      for await (const { sequenceNr } of replay) {
        sequenceNrs.push(sequenceNr)
        if (sequenceNr === event) await fixture.journal(config).deleteEventsTo(id, to)
      }
      return { sequenceNrs, highest: await replay.highestSequenceNr }
    }

    test.each([
      // What it has read, it gives; then it goes on behind what is deleted, and is never silent about that.
      ['in the middle of what it reads', 350, 300, span(301, 350)],
      ['and leaves no trace of the rest', 350, 350, []],
      ['and what is left lies behind an empty hundred', 450, 420, span(421, 450)],
      ['and more has been written since', 350, 330, span(331, 350)],
    ])(
      '%s',
      async (_, size, to, rest) => {
        for (const from of [1, 100, 151]) {
          const id = await history(size)

          const { sequenceNrs, highest } = await replayedAround(id, 160, to, from)

          expect(sequenceNrs).toEqual([...span(from, sequenceNrs.length + from - rest.length - 1), ...rest])
          expect(sequenceNrs.length).toBeLessThan(size + 1 - from)
          expect(highest).toBe(size)
        }
      },
      60_000,
    )

    test('a hundred in several pages: no page behind the first one is the end by itself', async () => {
      const id = freshId()
      const journal = fixture.journal()
      const payload = 'x'.repeat(300_000)
      for (let from = 1; from <= 7; from++)
        await journal.writeEvents({ persistenceId: id, events: [{ ...repr(id, from), payload }] })

      const { sequenceNrs, highest } = await replayedAround(id, 1, 7, 1)

      expect(sequenceNrs.length).toBeLessThan(7)
      expect(highest).toBe(7)
    })
  })

  test('interrupted after every request leaves a readable journal, and is resumed', async () => {
    const size = 230
    // With a time to live there is a request for each event.
    const step = config.deletedTimeToLiveMs === undefined ? 1 : 43
    for (let dies = 0; ; dies += step) {
      const id = await history(size)
      fixture.reset()
      fixture.observed.fateOf = diesBefore(dies)
      const outcome = await fixture
        .journal(config)
        .deleteEventsTo(id, 215)
        .then(
          () => 'done',
          () => 'interrupted',
        )
      fixture.reset()

      const { sequenceNrs, highest } = await replayed(fixture.journal(), id)
      expect(highest).toBe(size)
      expect(sequenceNrs.slice(-15)).toEqual(span(216, size))
      expect(sequenceNrs).toEqual(span(size + 1 - sequenceNrs.length, size))
      await fixture.journal(config).deleteEventsTo(id, 215)
      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(216, size), highest: size })
      if (outcome === 'done') break
    }
  }, 120_000)
})
