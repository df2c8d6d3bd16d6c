// What a deletion leaves of a batch counts as whole, since what it has deleted counts as present. So it must not cut one that never was,
// and the low mark says which one it cuts.
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { FencedError } from '@dynact/persistence'
import { freshId, JournalFixture, replayed, span, storedItem, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** A history of the events 1 and 2, and of a batch from 3 on of a writer that is dead or was overtaken: these of its events are stored. */
const historyWith = async (lastOfBatch: number, stored: readonly number[]): Promise<string> => {
  const id = freshId()
  await fixture.journal().writeEvents(write(id, 1, 2))
  for (const sequenceNr of stored) await putOfBatch(id, sequenceNr, lastOfBatch)
  return id
}
const placeOf = (sequenceNr: number, last: number) => ({ index: sequenceNr - 3, lastIndex: last - 3 })
const putOfBatch = (id: string, sequenceNr: number, last: number) =>
  fixture.putEvent(id, sequenceNr, 'loser', placeOf(sequenceNr, last))

/** A put of the batch that was still on its way. @returns whether it was stored. */
const landLate = (id: string, sequenceNr: number, last: number): Promise<boolean> =>
  fixture.client
    .send(
      new PutItemCommand({
        TableName: fixture.table,
        Item: storedItem(id, sequenceNr, 'loser', placeOf(sequenceNr, last)),
        ConditionExpression: 'attribute_not_exists(par)',
      }),
    )
    .then(
      () => true,
      (error: Error) => {
        expect(error.name).toBe('ConditionalCheckFailedException')
        return false
      },
    )

/** What recoveries show: from the beginning, and from a snapshot at each number that may have one. */
const shown = async (id: string, last: number) => {
  const all = await replayed(fixture.journal(), id)
  for (const from of span(2, last + 1)) {
    const { sequenceNrs } = await replayed(fixture.journal(), id, { fromSequenceNr: from }, { startsAnywhere: true })
    expect([from, sequenceNrs]).toEqual([from, all.sequenceNrs.filter((sequenceNr) => sequenceNr >= from)])
  }
  return all
}

describe('a deletion shows no event of a batch', () => {
  test('that another writer was faster than, in front of what is left of it', async () => {
    const id = await historyWith(6, [4, 5, 6])
    await fixture.journal().writeEvents(write(id, 3, 3, 'winner'))
    expect(await shown(id, 6)).toEqual({ sequenceNrs: [1, 2, 3], highest: 6 })

    await fixture.journal().deleteEventsTo(id, 3)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [], highest: 6 })
    await fixture.journal().writeEvents(write(id, 7))
    expect(await shown(id, 7)).toEqual({ sequenceNrs: [7], highest: 7 })
    expect(await fixture.journal().readDeletedToSequenceNr(id)).toBe(3)
  })

  test('that a packed one lies in front of', async () => {
    const id = await historyWith(6, [5, 6])
    await fixture.journal({ atomicWrites: 'packed' }).writeEvents(write(id, 3, 4, 'winner'))

    await fixture.journal().deleteEventsTo(id, 4)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [], highest: 6 })
  })

  test.each([
    ['with a hole that is deleted', [4, 5, 6], 4],
    ['with a hole at the cut', [4, 6], 4],
    ['with a hole behind the cut', [4, 6], 3],
    ['that only begins', [4, 5], 5],
  ])('%s, nor when the rest arrives', async (_, stored, to) => {
    const id = await historyWith(6, stored)

    await fixture.journal().deleteEventsTo(id, to)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [], highest: stored.at(-1) })
    const missing = span(3, 6).filter((sequenceNr) => !stored.includes(sequenceNr))
    const landed = await Promise.all(missing.map((sequenceNr) => landLate(id, sequenceNr, 6)))
    expect((await shown(id, 6)).sequenceNrs).toEqual([])
    // Or its writer would be told that all of it is stored.
    expect(landed).toContain(false)
  })

  test('however often and however far it goes', async () => {
    const id = await historyWith(9, span(4, 9))
    for (const to of [3, 4, 4, 6, 9, 9, Number.MAX_SAFE_INTEGER]) {
      await fixture.journal().deleteEventsTo(id, to)
      expect(await shown(id, 9)).toEqual({ sequenceNrs: [], highest: 9 })
    }
  })

  test('over the edge of a hundred', async () => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, 96))
    for (const sequenceNr of [98, 99, 100, 101])
      await fixture.putEvent(id, sequenceNr, 'loser', { index: sequenceNr - 97, lastIndex: 4 })

    await fixture.journal().deleteEventsTo(id, 99)

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: 101 })
  })
})

describe('a deletion shows the rest of a batch', () => {
  test('that is whole', async () => {
    const id = await historyWith(6, span(3, 6))

    await fixture.journal().deleteEventsTo(id, 4)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [5, 6], highest: 6 })
    await fixture.journal().deleteEventsTo(id, 5)
    expect(await shown(id, 6)).toEqual({ sequenceNrs: [6], highest: 6 })
  })

  test('that becomes whole', async () => {
    const id = await historyWith(6, [3, 4, 6])

    await fixture.journal().deleteEventsTo(id, 3)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [], highest: 6 })
    expect(await landLate(id, 5, 6)).toBe(true)
    expect(await shown(id, 6)).toEqual({ sequenceNrs: [4, 5, 6], highest: 6 })
  })

  test('that another deletion cuts meanwhile', async () => {
    const id = await historyWith(9, span(3, 9))
    let further: Promise<void> | undefined
    fixture.observed.fateOf = ({ operation, input }) => {
      // The look for the head of the batch.
      if (further !== undefined || operation !== 'Query' || input.ScanIndexForward !== false) return 'pass'
      if (input.ExpressionAttributeValues[':to']?.N !== '8') return 'pass'
      further = fixture.journal().deleteEventsTo(id, 6)
      return { before: () => further }
    }

    await fixture.journal().deleteEventsTo(id, 7)

    expect(further).toBeDefined()
    fixture.reset()
    expect(await shown(id, 9)).toEqual({ sequenceNrs: [8, 9], highest: 9 })
  })

  test.each([4, 5])('that is packed, deleted up to %d, with what is left of another one amid it', async (to) => {
    const id = await historyWith(9, span(4, 9))
    await fixture.journal({ atomicWrites: 'packed' }).writeEvents(write(id, 3, 6, 'winner'))

    await fixture.journal().deleteEventsTo(id, to)

    expect(await shown(id, 9)).toEqual({ sequenceNrs: span(to + 1, 6), highest: 9 })
    await fixture.journal().deleteEventsTo(id, 6)
    expect(await shown(id, 9)).toEqual({ sequenceNrs: [], highest: 9 })
    expect((await fixture.getItem(id, 3))?.['evs']).toBeUndefined()
  })

  test('whose beginning is damaged: that is for whoever restores it', async () => {
    const id = await historyWith(6, span(3, 6))
    const { event: _, ...damaged } = storedItem(id, 4, 'loser', placeOf(4, 6))
    await fixture.putItem(damaged)

    await fixture.journal().deleteEventsTo(id, 4)

    expect(await shown(id, 6)).toEqual({ sequenceNrs: [5, 6], highest: 6 })
  })
})

describe('a writer that has not heard of a deletion', () => {
  test.each([
    ['amid a hundred', 'marked', 5],
    ['amid a hundred, behind a packed batch', 'packed', 5],
    ['at an edge', 'marked', 99],
    ['at an edge, behind a packed batch', 'packed', 99],
  ] as const)(
    'is shown nothing of a batch that it stores over the end of what is deleted: %s',
    async (_, atomicWrites, to) => {
      const id = freshId()
      await fixture.journal().writeEvents(write(id, 1, to - 3))
      await fixture.journal({ atomicWrites }).writeEvents(write(id, to - 2, to, 'winner'))
      await fixture.journal().deleteEventsTo(id, to)

      await fixture.journal().writeEvents(write(id, to - 2, to + 3, 'stale'))

      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: to + 3 })
      await fixture.journal().deleteEventsTo(id, to + 1)
      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: to + 3 })
      await fixture.journal().writeEvents(write(id, to + 4, to + 5))
      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [to + 4, to + 5], highest: to + 5 })
    },
  )

  test('nor what is left of it where the deleted events hold their numbers', async () => {
    const id = freshId()
    const journal = fixture.journal({ deletedTimeToLiveMs: 3_600_000 })
    await journal.writeEvents(write(id, 1, 5))
    await journal.deleteEventsTo(id, 5)

    await expect(fixture.journal().writeEvents(write(id, 3, 60, 'stale'))).rejects.toThrow(FencedError)

    const { sequenceNrs, highest } = await replayed(fixture.journal(), id)
    expect(sequenceNrs).toEqual([])
    expect(highest).toBeGreaterThan(5)
  })

  test.each([
    ['at an edge', 98, 103, [98, 99], 99],
    ['of which what is stored lies in the next hundred', 3, 110, span(100, 110), 50],
    ['that has come as far as the deletion', 3, 6, [3, 4], 4],
  ])('but all of a batch that is under way: %s', async (_, first, last, stored, to) => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, first - 1))
    const put = (sequenceNr: number) =>
      fixture.putEvent(id, sequenceNr, 'writer', { index: sequenceNr - first, lastIndex: last - first })
    for (const sequenceNr of stored) await put(sequenceNr)

    await fixture.journal().deleteEventsTo(id, to)
    for (const sequenceNr of span(first, last)) if (!stored.includes(sequenceNr)) await put(sequenceNr)

    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(to + 1, last), highest: last })
  })
})

test('the rest of a batch that a JVM has cut, whose marks do not tell, is shown', async () => {
  const id = freshId()
  await fixture.journal().writeEvents(write(id, 1, 6))
  await fixture.journal().deleteEventsTo(id, 3)
  const [mark] = await fixture.itemsOf(`journal-SL-${id}`)
  expect(mark?.['begin']?.N).toBe('1')
  const { begin: _, ...ofJvm } = mark ?? {}
  await fixture.putItem(ofJvm)

  expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [4, 5, 6], highest: 6 })
})

test('a writer whose process has deleted before a torn batch goes on behind it', async () => {
  const id = await historyWith(6, [4, 6])
  const journal = fixture.journal()
  expect(await replayed(journal, id)).toEqual({ sequenceNrs: [1, 2], highest: 6 })

  await journal.deleteEventsTo(id, 4)
  await journal.writeEvents(write(id, 7, 8, 'next'))

  expect(await shown(id, 8)).toEqual({ sequenceNrs: [7, 8], highest: 8 })
})

test('a deletion that cuts nothing looks once', async () => {
  const id = freshId()
  const journal = fixture.journal()
  await journal.writeEvents(write(id, 1, 2))
  await journal.writeEvents(write(id, 3, 4))
  fixture.reset()

  await journal.deleteEventsTo(id, 2)

  const looks = fixture.observed.requests.filter(({ input }) => input.Limit === 2)
  expect(looks).toHaveLength(1)
})
