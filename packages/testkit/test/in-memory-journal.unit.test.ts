import {
  type Journal,
  type PersistentRepr,
  type ReplayRange,
  type Serializer,
  serialization,
} from '@dynact/persistence'
import { inMemoryJournal } from '@dynact/testkit'

const id = 'orders-7'
let journal: Journal

const repr = (sequenceNr: number, changes: Partial<PersistentRepr> = {}): PersistentRepr => ({
  persistenceId: id,
  sequenceNr,
  payload: `e${sequenceNr}`,
  manifest: '',
  writerUuid: 'w',
  timestamp: 1_000 + sequenceNr,
  tags: [],
  ...changes,
})
/** One atomic write of the events from `first` to `last`. */
const write = (first: number, last = first, changes: Partial<PersistentRepr> = {}) =>
  journal.writeEvents({
    persistenceId: id,
    events: Array.from({ length: last - first + 1 }, (_, index) => repr(first + index, changes)),
  })
const read = async (range?: ReplayRange) => {
  const replay = journal.replayEvents(id, range)
  const numbers: number[] = []
  for await (const { sequenceNr } of replay) numbers.push(sequenceNr)
  return { numbers, highest: await replay.highestSequenceNr }
}

beforeEach(() => {
  journal = inMemoryJournal()
})

describe('inMemoryJournal', () => {
  test('gives back what was written', async () => {
    const event = repr(1, { payload: { a: [1] }, manifest: 'm', tags: ['red'], deleted: true })
    await journal.writeEvents({ persistenceId: id, events: [event] })

    const [found] = await all(journal)

    expect(found).toEqual(event)
    expect(found?.payload).not.toBe(event.payload)
  })

  test('keeps ids apart', async () => {
    await write(1, 3)

    expect(await journal.readHighestSequenceNr('another')).toBe(0)
    expect(await journal.readHighestSequenceNr(id)).toBe(3)
  })

  test('stores all events of a write or none', async () => {
    await write(3, 3, { writerUuid: 'other' })

    await expect(write(1, 4)).rejects.toMatchObject({ code: 'FENCED', sequenceNr: 3, writerUuid: 'other' })
    expect((await read()).numbers).toEqual([3])
    const events = [repr(1), repr(2, { payload: new Map() })]
    await expect(journal.writeEvents({ persistenceId: id, events })).rejects.toMatchObject({
      code: 'WRITE_REJECTED',
      sequenceNr: 2,
      cause: { code: 'SERIALIZATION' },
    })
    expect((await read()).numbers).toEqual([3])
  })

  test('of two writes at once one is fenced', async () => {
    const outcomes = await Promise.allSettled([write(1, 2), write(1, 3, { writerUuid: 'other' })])

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('takes a repetition of the same write by the same writer for a success', async () => {
    await write(1, 2)

    await expect(write(1, 2)).resolves.toBeUndefined()
    await expect(write(1, 2, { payload: 'x' })).rejects.toMatchObject({ code: 'FENCED' })
    await expect(write(1)).rejects.toMatchObject({ code: 'FENCED' })
    expect((await read()).numbers).toEqual([1, 2])
  })

  test('refuses a write that makes no sense', async () => {
    await expect(journal.writeEvents({ persistenceId: id, events: [] })).rejects.toMatchObject({
      code: 'WRITE_REJECTED',
    })
    await expect(journal.writeEvents({ persistenceId: ' ', events: [repr(1)] })).rejects.toThrow('persistenceId')
  })

  test.each<[ReplayRange, number[]]>([
    [{}, [1, 2, 3, 4, 5, 7]],
    [{ fromSequenceNr: 4 }, [4, 5, 7]],
    [{ fromSequenceNr: 6 }, [7]],
    [{ toSequenceNr: 2 }, [1, 2]],
    [{ max: 2 }, [1, 2]],
    [{ fromSequenceNr: 2, toSequenceNr: 2 }, [2]],
    [{ fromSequenceNr: 8 }, []],
    [{ fromSequenceNr: 3, toSequenceNr: 2 }, []],
    [{ max: 0 }, []],
    // the write of 3, 4, 5 is cut, and left out
    [{ toSequenceNr: 4 }, [1, 2]],
    [{ max: 4 }, [1, 2]],
    [{ fromSequenceNr: 4, max: 1 }, []],
    // cut from below its rest is delivered
    [{ fromSequenceNr: 4, max: 2 }, [4, 5]],
    [{ fromSequenceNr: 5, toSequenceNr: 6 }, [5]],
  ])('replays %j', async (range, numbers) => {
    await write(1)
    await write(2)
    await write(3, 5)
    await write(7)

    expect(await read(range)).toEqual({ numbers, highest: 7 })
  })

  test('keeps the highest number when events are deleted, and does not let it be used again', async () => {
    await write(1, 3)
    await write(4)
    await journal.deleteEventsTo(id, 2)
    expect(await read()).toEqual({ numbers: [3, 4], highest: 4 })

    await journal.deleteEventsTo(id, 100)

    expect(await read()).toEqual({ numbers: [], highest: 4 })
    await expect(write(4)).rejects.toMatchObject({ code: 'FENCED', writerUuid: '' })
    await write(5)
    expect(await read()).toEqual({ numbers: [5], highest: 5 })
    await journal.deleteEventsTo('unknown', 3)
    expect(await journal.readDeletedToSequenceNr?.(id)).toBe(4)
    expect(await journal.readDeletedToSequenceNr?.('unknown')).toBe(0)
    expect(await journal.readHighestSequenceNr('unknown')).toBe(0)
  })

  test('reads nothing before the iteration, and once only', async () => {
    const replay = journal.replayEvents(id)
    await write(1)

    const numbers: number[] = []
    for await (const { sequenceNr } of replay) numbers.push(sequenceNr)
    expect(numbers).toEqual([1])
    await expect(replay[Symbol.asyncIterator]().next()).rejects.toThrow('once')
  })

  test('tells the highest number also after a break', async () => {
    await write(1, 3)
    const replay = journal.replayEvents(id)
    for await (const _ of replay) break

    expect(await replay.highestSequenceNr).toBe(3)
  })

  test('a failed replay rejects the highest number too, and leaves no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const unreadable: Serializer = {
      identifier: 1300,
      manifest: () => '',
      toBinary: () => new Uint8Array(),
      fromBinary: () => {
        throw new Error('unreadable')
      },
    }
    journal = inMemoryJournal({ serialization: serialization({ fallback: unreadable }) })
    await write(1, 1, { payload: {} })
    const replay = journal.replayEvents(id)

    await expect(all({ replayEvents: () => replay })).rejects.toMatchObject({ code: 'SERIALIZATION' })
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)

    expect(unhandled).toEqual([])
    await expect(replay.highestSequenceNr).rejects.toThrow('unreadable')
  })

  test('keeps the objects themselves where it is told to', async () => {
    journal = inMemoryJournal({ serialization: false })
    const payload = new Map()
    await journal.writeEvents({ persistenceId: id, events: [repr(1, { payload })] })

    expect((await all(journal))[0]?.payload).toBe(payload)
  })

  test('stores what the event was at the time of the call', async () => {
    const payload = { a: 1 }
    const written = journal.writeEvents({ persistenceId: id, events: [repr(1), repr(2, { payload })] })
    payload.a = 2
    await written

    expect((await all(journal))[1]?.payload).toEqual({ a: 1 })
  })

  test('stops on a signal, with its reason', async () => {
    await write(1, 3)
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    const events = [repr(4)]

    await expect(journal.writeEvents({ persistenceId: id, events }, { signal })).rejects.toBe(reason)
    await expect(journal.readHighestSequenceNr(id, 1, { signal })).rejects.toBe(reason)
    await expect(journal.deleteEventsTo(id, 1, { signal })).rejects.toBe(reason)
    const midway = new AbortController()
    const seen: number[] = []
    const replay = (async () => {
      for await (const { sequenceNr } of journal.replayEvents(id, {}, { signal: midway.signal })) {
        seen.push(sequenceNr)
        midway.abort(reason)
      }
    })()
    await expect(replay).rejects.toBe(reason)
    expect(seen).toEqual([1])
    expect(await read()).toEqual({ numbers: [1, 2, 3], highest: 3 })
  })

  test('refuses everything once it is closed', async () => {
    await journal.close()
    await journal.close()

    await expect(write(1)).rejects.toThrow('closed')
    await expect(read()).rejects.toThrow('closed')
    await expect(journal.readHighestSequenceNr(id)).rejects.toThrow('closed')
    await expect(journal.deleteEventsTo(id, 1)).rejects.toThrow('closed')
  })
})

const all = async (from: Pick<Journal, 'replayEvents'>) => {
  const events: PersistentRepr[] = []
  for await (const event of from.replayEvents(id)) events.push(event)
  return events
}
