import {
  FencedError,
  ItemTooLargeError,
  SerializationError,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, JournalFixture, replayed, repr, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const caught = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('a rejection was expected')
}

describe('a written event', () => {
  test('is the item that the Pekko plugin would have put, and our timestamp', async () => {
    const id = freshId()

    await fixture.journal().writeEvents({
      persistenceId: id,
      events: [{ ...repr(id, 1), payload: 'e-1', timestamp: 1_700_000_000_000.001 }],
    })

    expect(await fixture.getItem(id, 1)).toEqual({
      par: { S: `journal-P-${id}-0` },
      num: { N: '1' },
      persistence_id: { S: id },
      seq: { N: '1' },
      writer_uuid: { S: 'writer-1' },
      event: { B: new Uint8Array(Buffer.from('e-1')) },
      ev_ser_id: { N: '20' },
      ts: { N: '1700000000000001' },
    })
  })

  test('comes back with everything that went in', async () => {
    const id = freshId()
    const journal = fixture.journal()
    const event = {
      ...repr(id, 1),
      payload: { amount: 3 },
      manifest: 'v2',
      tags: ['b', 'a'],
      timestamp: 5.001,
      deleted: true,
    }
    await journal.writeEvents({ persistenceId: id, events: [event] })

    const events = []
    for await (const replayedEvent of journal.replayEvents(id))
      events.push({ ...replayedEvent, tags: [...replayedEvent.tags].sort() })

    expect(events).toEqual([{ ...event, tags: ['a', 'b'] }])
  })

  test('costs one request', async () => {
    const id = freshId()

    await fixture.journal().writeEvents(write(id, 1))

    expect(fixture.observed.requests.map(({ operation }) => operation)).toEqual(['PutItem'])
  })
})

describe('high marks', () => {
  test.each([
    [99, []],
    [100, ['100']],
    [200, ['200']],
  ])('event %d alone leaves %j', async (sequenceNr, marks) => {
    const id = freshId()

    await fixture.journal().writeEvents(write(id, sequenceNr))

    expect((await fixture.itemsOf(`journal-SH-${id}`)).map((item) => item['seq']?.N)).toEqual(marks)
  })

  test('are written once for a hundred and again by the next incarnation', async () => {
    const id = freshId()
    const journal = fixture.journal()
    for (const sequenceNr of [99, 100, 101, 102]) await journal.writeEvents(write(id, sequenceNr))
    const marks = () =>
      fixture.observed.requests.filter(({ input }) => input.Item?.par.S.startsWith('journal-SH')).length
    expect(marks()).toBe(1)

    await fixture.journal().writeEvents(write(id, 103, 103, 'writer-2'))

    expect(marks()).toBe(2)
  })

  test('are written where the sequence numbers skip the multiple of 100', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 98))

    await journal.writeEvents(write(id, 107))

    expect((await fixture.itemsOf(`journal-SH-${id}`)).map((item) => item['seq']?.N)).toEqual(['100'])
  })

  test('are never lowered by a late retry', async () => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1100))

    await fixture.journal().writeEvents(write(id, 100))

    expect((await fixture.itemsOf(`journal-SH-${id}-1`)).map((item) => item['seq']?.N)).toEqual(['1100'])
  })
})

describe('a stepping stone', () => {
  test('fills a hundred that would stay empty, and no replay shows it', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 3))

    await journal.writeEvents(write(id, 320))

    expect(
      (await fixture.itemsOf(`journal-P-${id}`)).map((item) => Number(item['seq']?.N)).sort((a, b) => a - b),
    ).toEqual([1, 2, 3, 100, 200, 320])
    expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [1, 2, 3, 320], highest: 320 })
  })
})

describe('fencing', () => {
  test('the second writer of a number is told who holds it, and nothing is overwritten', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1, 1, 'winner'))

    const error = await caught(fixture.journal().writeEvents(write(id, 1, 1, 'loser')))

    expect(error).toBeInstanceOf(FencedError)
    expect(error).toMatchObject({ persistenceId: id, sequenceNr: 1, writerUuid: 'winner', code: 'FENCED' })
    expect((await fixture.getItem(id, 1))?.['writer_uuid']).toEqual({ S: 'winner' })
  })

  test.each([2, 5, 30])('a batch of %d that meets another writer in its middle is fenced', async (size) => {
    const id = freshId()
    const journal = fixture.journal()
    const middle = 1 + Math.floor(size / 2)
    await fixture.putEvent(id, middle, 'winner')

    const error = await caught(journal.writeEvents(write(id, 1, size, 'loser')))

    expect(error).toBeInstanceOf(FencedError)
    expect(error).toMatchObject({ sequenceNr: middle, writerUuid: 'winner' })
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual([middle])
  })

  test('the same writer with another payload is fenced too', async () => {
    const id = freshId()
    const journal = fixture.journal()
    await journal.writeEvents(write(id, 1))

    const other = { persistenceId: id, events: [{ ...repr(id, 1), payload: 'something else' }] }

    expect(await caught(fixture.journal().writeEvents(other))).toBeInstanceOf(FencedError)
  })

  test('two live writers: one wins every round, the other is fenced, nothing is overwritten', async () => {
    const id = freshId()
    const [a, b] = [fixture.journal(), fixture.journal()]
    const winners: string[] = []

    for (let round = 1; round <= 1_000; round++) {
      const results = await Promise.allSettled([
        a.writeEvents(write(id, round, round, 'a')),
        b.writeEvents(write(id, round, round, 'b')),
      ])
      const [first, second] = results.map(({ status }) => status)
      expect([first, second].sort()).toEqual(['fulfilled', 'rejected'])
      const winner = first === 'fulfilled' ? 'a' : 'b'
      const loser = results.find((result) => result.status === 'rejected')
      expect(loser?.reason).toMatchObject({ code: 'FENCED', writerUuid: winner })
      winners.push(winner)
    }

    const stored = (await fixture.itemsOf(`journal-P-${id}`)).sort((x, y) => Number(x['seq']?.N) - Number(y['seq']?.N))
    expect(stored.map((item) => item['writer_uuid']?.S)).toEqual(winners)
  }, 120_000)
})

describe('an answer that is lost after the write landed', () => {
  test.each([1, 2, 25, 60])('is a success for %d events', async (size) => {
    const id = freshId()
    const journal = fixture.journal()
    const lost = new Set<string>()
    fixture.observed.fateOf = ({ operation, input }) => {
      const what = operation + JSON.stringify(input.Item ?? input.Statements?.[0]?.Parameters?.[1] ?? '')
      if (operation === 'GetItem' || lost.has(what)) return 'pass'
      lost.add(what)
      return { loseAnswer: serviceError('TimeoutError', 'socket hang up') }
    }

    await journal.writeEvents(write(id, 1, size))

    expect(lost.size).toBeGreaterThan(0)
    fixture.reset()
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual(span(1, size))
  })
})

describe('what is rejected', () => {
  test('an event over the limit, with its size, and nothing of its batch is written', async () => {
    const id = freshId()
    const big = { ...repr(id, 2), payload: 'x'.repeat(420_000) }

    const error = await caught(
      fixture.journal().writeEvents({ persistenceId: id, events: [repr(id, 1), big, repr(id, 3)] }),
    )

    expect(error).toBeInstanceOf(ItemTooLargeError)
    expect(error).toMatchObject({ sequenceNr: 2, limitBytes: 409_600, persistenceId: id })
    expect((error as ItemTooLargeError).sizeBytes).toBeGreaterThan(420_000)
    expect(fixture.observed.requests).toEqual([])
  })

  test('an event that will not serialize, with the reason as its cause', async () => {
    const id = freshId()

    const error = await caught(
      fixture
        .journal()
        .writeEvents({ persistenceId: id, events: [repr(id, 1), { ...repr(id, 2), payload: new Map() }] }),
    )

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).cause).toBeInstanceOf(SerializationError)
    expect((error as Error).message).toContain('a Map')
    expect(fixture.observed.requests).toEqual([])
  })

  test('numbers that do not follow each other', async () => {
    const id = freshId()

    const error = await caught(fixture.journal().writeEvents({ persistenceId: id, events: [repr(id, 1), repr(id, 3)] }))

    expect(error).toMatchObject({ code: 'WRITE_REJECTED', sequenceNr: 3 })
  })

  test.each(['', '   ', 'x'.repeat(2100)])('an id that no journal can hold', async (id) => {
    expect(await caught(fixture.journal().writeEvents(write(id, 1)))).toBeInstanceOf(WriteRejectedError)
  })

  test('everything, while DynamoDB throttles until the deadline', async () => {
    const id = freshId()
    // The first pause leads past the deadline: a last attempt without time for an answer would leave the outcome open.
    const journal = fixture.journal({ retry: { attemptMs: 1_000, totalMs: 1_000, baseMs: 60_000, maxMs: 60_000 } })
    fixture.observed.fateOf = () => ({ fail: serviceError('ThrottlingException') })

    const error = await caught(journal.writeEvents(write(id, 1)))

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toMatch(/failed.*ThrottlingException.*Nothing was written/)
  })

  test('what a missing table would take, naming what to do', async () => {
    const error = await caught(fixture.journal({ table: 'no-such-table' }).writeEvents(write(freshId(), 1)))

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect((error as Error).message).toContain('createJournalTable')
  })
})

describe('what is uncertain', () => {
  test('a write whose every attempt was lost', async () => {
    const id = freshId()
    const journal = fixture.journal({ retry: { attemptMs: 50, totalMs: 60, baseMs: 1, maxMs: 5 } })
    fixture.observed.fateOf = () => ({ fail: serviceError('InternalServerError') })

    expect(await caught(journal.writeEvents(write(id, 1)))).toBeInstanceOf(WriteUncertainError)
  })

  test('a refusal after an attempt that may have been carried out', async () => {
    const id = freshId()
    fixture.observed.fateOf = (_, index) => ({
      fail: serviceError(index === 0 ? 'TimeoutError' : 'AccessDeniedException'),
    })

    expect(await caught(fixture.journal().writeEvents(write(id, 1)))).toBeInstanceOf(WriteUncertainError)
  })

  test('a batch of which one hundred is stored and the next one refused', async () => {
    const id = freshId()
    fixture.observed.fateOf = ({ input }) =>
      JSON.stringify(input).includes(`${id}-1"`) ? { fail: serviceError('AccessDeniedException') } : 'pass'

    const error = await caught(fixture.journal().writeEvents(write(id, 95, 105)))

    expect(error).toBeInstanceOf(WriteUncertainError)
    fixture.reset()
    expect(await replayed(fixture.journal(), id, { fromSequenceNr: 1 })).toMatchObject({ sequenceNrs: [], highest: 99 })
  })
})

describe('requests', () => {
  requiresRealDynamoDB('a batch of 100 goes out in four requests of 25', async () => {
    const id = freshId()

    await fixture.journal().writeEvents(write(id, 100, 199))

    const inserts = fixture.observed.requests.filter(({ operation }) => operation === 'BatchExecuteStatement')
    expect(inserts.map(({ input }) => input.Statements.length)).toEqual([25, 25, 25, 25])
  })

  test('no item of the next hundred is sent before all of this one are stored', async () => {
    const id = freshId()

    await fixture.journal().writeEvents(write(id, 98, 301))

    const hundreds = fixture.observed.requests
      .map(({ input }) => /-P-[^"]+-(\d+)"/.exec(JSON.stringify(input))?.[1])
      .filter((hundred) => hundred !== undefined)
    expect(hundreds).toEqual([...hundreds].sort())
    expect(new Set(hundreds)).toEqual(new Set(['0', '1', '2', '3']))
  })

  test('where BatchExecuteStatement is unknown, events go out one by one', async () => {
    const id = freshId()
    fixture.observed.fateOf = ({ operation }) =>
      operation === 'BatchExecuteStatement' ? { fail: serviceError('UnknownOperationException') } : 'pass'
    const journal = fixture.journal()

    await journal.writeEvents(write(id, 1, 3))
    await journal.writeEvents(write(id, 4, 6))

    const operations = fixture.observed.requests.map(({ operation }) => operation)
    expect(operations.filter((operation) => operation === 'BatchExecuteStatement')).toHaveLength(1)
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual(span(1, 6))
  })

  test('an abort comes out as its own reason, and nothing is sent', async () => {
    const reason = new Error('shutting down')

    await expect(
      fixture.journal().writeEvents(write(freshId(), 1), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    expect(fixture.observed.requests).toEqual([])
  })

  test('after close they are rejected: nothing was written', async () => {
    const journal = fixture.journal()
    await journal.close()

    await expect(journal.writeEvents(write(freshId(), 1))).rejects.toBeInstanceOf(WriteRejectedError)
    await expect(journal.deleteEventsTo(freshId(), 1)).rejects.toThrow('has been closed')
    await expect(journal.readHighestSequenceNr(freshId())).rejects.toThrow('has been closed')
    expect(fixture.observed.requests).toEqual([])
  })

  test('close waits for a write of several steps', async () => {
    const id = freshId()
    const journal = fixture.journal()
    const written = journal.writeEvents(write(id, 1, 250))

    await journal.close()

    await written
    expect((await replayed(fixture.journal(), id)).sequenceNrs).toEqual(span(1, 250))
  })
})
