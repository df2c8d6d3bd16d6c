import { FencedError } from '@dynact/persistence'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { diesBefore, serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, JournalFixture, replayed, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Writes a batch with a process that dies before its n-th request. */
const writeAndDie = async (id: string, from: number, to: number, dies: number): Promise<'stored' | 'died'> => {
  fixture.reset()
  fixture.observed.fateOf = diesBefore(dies)
  try {
    await fixture.journal().writeEvents(write(id, from, to, 'dies'))
    return 'stored'
  } catch {
    return 'died'
  } finally {
    fixture.reset()
  }
}

describe('a batch interrupted after every request', () => {
  for (const [from, size] of [
    [1, 2],
    [1, 25],
    [2, 26],
    [20, 60],
    [98, 4],
    [99, 2],
    [100, 3],
    [76, 125],
    [75, 250],
  ] as const) {
    // Without PartiQL every event is a request of its own: hundreds of rounds of hundreds of requests.
    const run = size > 60 ? requiresRealDynamoDB : test
    run(
      `beginning at ${from}, with ${size} events`,
      async () => {
        const to = from + size - 1
        for (let dies = 0; ; dies++) {
          const id = freshId()
          const before = span(1, from - 1)
          if (from > 1) await fixture.journal().writeEvents(write(id, 1, from - 1))

          const outcome = await writeAndDie(id, from, to, dies)

          const next = fixture.journal()
          const { sequenceNrs, highest } = await replayed(next, id)
          // Not acknowledged may still be stored, if only its mark is missing; but whole or not at all.
          const isThere = outcome === 'stored' || sequenceNrs.length > before.length
          expect(sequenceNrs).toEqual(isThere ? span(1, to) : before)
          const used = (await fixture.itemsOf(`journal-P-${id}`)).map((item) => Number(item['seq']?.N))
          expect(highest).toBe(Math.max(0, ...used))
          await next.writeEvents(write(id, highest + 1, highest + 3, 'next'))
          const expected = [...sequenceNrs, ...span(highest + 1, highest + 3)]
          expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: expected, highest: highest + 3 })
          if (outcome === 'stored') break
        }
      },
      120_000,
    )
  }
})

describe('a request of a dead process that lands late', () => {
  for (const [from, size] of [
    [1, 40],
    [90, 30],
  ] as const)
    requiresRealDynamoDB(
      `a batch from ${from} of ${size}: the next incarnation is fenced once, recovers and goes on`,
      async () => {
        const id = freshId()
        if (from > 1) await fixture.journal().writeEvents(write(id, 1, from - 1))
        fixture.reset()
        const late: (() => Promise<unknown>)[] = []
        // The first insert is held back by the network and lands after the next incarnation has recovered.
        fixture.observed.fateOf = ({ operation, input }, index) => {
          if (index > 0 || operation === 'Query')
            return { fail: serviceError('AccessDeniedException', 'the process is dead') }
          late.push(async () => {
            const { BatchExecuteStatementCommand, PutItemCommand } = await import('@aws-sdk/client-dynamodb')
            await (operation === 'PutItem'
              ? fixture.client.send(new PutItemCommand(input))
              : fixture.client.send(new BatchExecuteStatementCommand(input)))
          })
          return { fail: serviceError('AccessDeniedException', 'the process is dead') }
        }
        await fixture
          .journal()
          .writeEvents(write(id, from, from + size - 1, 'dead'))
          .catch(() => undefined)
        fixture.reset()
        const journal = fixture.journal()
        const first = await replayed(journal, id)
        expect(first).toEqual({ sequenceNrs: span(1, from - 1), highest: from - 1 })
        for (const land of late) await land()

        await expect(journal.writeEvents(write(id, from, from, 'next'))).rejects.toMatchObject({
          name: FencedError.name,
          writerUuid: 'dead',
        })

        const second = await replayed(journal, id)
        expect(second.sequenceNrs).toEqual(span(1, from - 1))
        expect(second.highest).toBeGreaterThanOrEqual(from)
        await journal.writeEvents(write(id, second.highest + 1, second.highest + 1, 'next-again'))
        expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual([...span(1, from - 1), second.highest + 1])
      },
    )
})

describe('a part of a dead batch that lands when the rest of it is overtaken', () => {
  // The one that has landed, and the one that comes late, of a batch from 3 on.
  for (const [size, landed, late] of [
    [2, 4, 3],
    [4, 6, 4],
    [3, 5, 3],
  ] as const)
    it(`does not turn up in front of acknowledged events: ${late} after ${landed} of ${size}`, async () => {
      const id = freshId()
      await fixture.journal().writeEvents(write(id, 1, 2))
      const places = (sequenceNr: number) => ({ index: sequenceNr - 3, lastIndex: size - 1 })
      // All of the batch but the one that is late.
      for (let nr = 3; nr <= landed; nr++) if (nr !== late) await fixture.putEvent(id, nr, 'dead', places(nr))
      const next = fixture.journal()
      expect(await replayed(next, id)).toEqual({ sequenceNrs: [1, 2], highest: landed })
      await next.writeEvents(write(id, landed + 1, landed + 1, 'next'))

      const stale = fixture.journal().writeEvents(write(id, late, late, 'dead'))

      await expect(stale).rejects.toMatchObject({ name: FencedError.name, writerUuid: 'next' })
      expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2, landed + 1], highest: landed + 1 })
    })

  it('does not, though another replay of the process sees less of it', async () => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, 2))
    await fixture.putEvent(id, 4, 'dead', { index: 1, lastIndex: 1 })
    const next = fixture.journal()
    await replayed(next, id)
    await replayed(next, id, { toSequenceNr: 1 })
    await replayed(next, id, { max: 2 })
    await replayed(next, id, { fromSequenceNr: 5 })

    await next.writeEvents(write(id, 5, 5, 'next'))

    expect((await fixture.getItem(id, 3))?.['writer_uuid']?.S).toBe('next')
  })

  it('fences the next incarnation when it has landed before that writes', async () => {
    const id = freshId()
    await fixture.putEvent(id, 2, 'dead', { index: 1, lastIndex: 1 })
    const next = fixture.journal()
    expect(await replayed(next, id)).toEqual({ sequenceNrs: [], highest: 2 })
    await fixture.putEvent(id, 1, 'dead', { index: 0, lastIndex: 1 })

    await expect(next.writeEvents(write(id, 3, 3, 'next'))).rejects.toMatchObject({ name: FencedError.name })

    expect(await replayed(next, id)).toEqual({ sequenceNrs: [1, 2], highest: 2 })
    await next.writeEvents(write(id, 3, 3, 'next again'))
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual([1, 2, 3])
  })
})

describe('what has been plugged, or never was a batch, is not plugged again', () => {
  /** How many items an id has after so many lives of its actor, each of which writes one event. */
  const itemsAfter = async (id: string, lives: number) => {
    for (let life = 1; life <= lives; life++) {
      const journal = fixture.journal()
      const { highest } = await replayed(journal, id)
      await journal.writeEvents(write(id, highest + 1, highest + 1, `life-${life}`))
    }
    return (await fixture.itemsOf(`journal-P-${id}`)).length
  }

  it('the number behind a stone in a hundred that was skipped', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1))
    await journal.writeEvents(write(id, 250))
    const before = (await fixture.itemsOf(`journal-P-${id}`)).length
    expect(before).toBe(3)

    expect(await itemsAfter(id, 5)).toBe(before + 5)
  })

  it('the number behind a stone in a torn batch, if its writer then skips numbers', async () => {
    const id = freshId()
    await fixture.putEvent(id, 3, 'dead', { index: 1, lastIndex: 1 })
    const next = fixture.journal()
    await replayed(next, id)
    await next.writeEvents(write(id, 8, 8, 'skips'))
    const before = (await fixture.itemsOf(`journal-P-${id}`)).length
    expect(before).toBe(3)

    expect(await itemsAfter(id, 5)).toBe(before + 5)
  })

  it('a gap of another writer, behind whose event a torn batch would have gone on', async () => {
    const id = freshId()
    await fixture.putEvent(id, 1, 'dead', { index: 0, lastIndex: 9 })
    await fixture.putEvent(id, 2, 'next')
    await fixture.putEvent(id, 5, 'next')

    expect(await itemsAfter(id, 3)).toBe(3 + 3)
  })
})
