import { FencedError, WriteRejectedError, WriteUncertainError } from '@dynact/persistence'
import { deferred } from '../../../tools/test-support/deferred.js'
import { WriteQueue, type WriteQueueOptions } from '../src/nact/write-queue.js'

const persistenceId = 'orders-7'

/** A queue of numbers that records its writes. A write with a number in `bad` is rejected. */
const recording = ({ bad = [], ...options }: Partial<WriteQueueOptions<number>> & { bad?: number[] } = {}) => {
  const writes: number[][] = []
  const queue = new WriteQueue<number>({
    persistenceId,
    send: async (events) => {
      writes.push([...events])
      if (events.some((event) => bad.includes(event))) throw new WriteRejectedError('bad', { persistenceId })
    },
    ...options,
  })
  return { queue, writes }
}

const outcomes = async (writes: Promise<void>[]) =>
  (await Promise.allSettled(writes)).map((outcome) => (outcome.status === 'fulfilled' ? 'ok' : outcome.reason))

describe('WriteQueue', () => {
  test('writes in one piece what one tick adds', async () => {
    const { queue, writes } = recording()

    await Promise.all([queue.add([1]), queue.add([2, 3]), queue.add([4])])

    expect(writes).toEqual([[1, 2, 3, 4]])
  })

  test('has one write in flight, and writes in one piece what is added meanwhile', async () => {
    const sent = [deferred(), deferred()]
    const go = deferred()
    const writes: number[][] = []
    const queue = new WriteQueue<number>({
      persistenceId,
      send: async (events) => {
        sent[writes.length]?.resolve()
        writes.push([...events])
        await go.promise
      },
    })
    const first = queue.add([1])
    await sent[0]?.promise
    const second = queue.add([2])
    const third = queue.add([3])
    expect(writes).toEqual([[1]])
    expect(queue.size).toBe(3)

    go.resolve()
    await Promise.all([first, second, third])

    expect(writes).toEqual([[1], [2, 3]])
    expect(queue.size).toBe(0)
  })

  test('joins at most 25 events of several callers, and never splits those of one', async () => {
    const { queue, writes } = recording()
    const many = Array.from({ length: 40 }, (_, index) => index + 100)

    await Promise.all([...Array.from({ length: 30 }, (_, index) => queue.add([index])), queue.add(many)])

    expect(writes.map(({ length }) => length)).toEqual([25, 5, 40])
    expect(writes.flat().slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index))
  })

  test('joins only what may be joined', async () => {
    const { queue, writes } = recording({ joins: (previous, next) => next === previous + 1 })

    await Promise.all([queue.add([1]), queue.add([2]), queue.add([4]), queue.add([5])])

    expect(writes).toEqual([
      [1, 2],
      [4, 5],
    ])
  })

  test('rejects only the guilty one of several that shared a write', async () => {
    const { queue, writes } = recording({ bad: [2] })

    const [first, second, third] = await outcomes([queue.add([1]), queue.add([2]), queue.add([3])])

    expect([first, third]).toEqual(['ok', 'ok'])
    expect(second).toMatchObject({ code: 'WRITE_REJECTED', message: 'bad' })
    expect(writes).toEqual([[1, 2, 3], [1], [2], [3]])
  })

  test('stays open after a rejection', async () => {
    const { queue } = recording({ bad: [1] })

    await expect(queue.add([1])).rejects.toThrow('bad')

    expect(queue.blockedBy).toBeUndefined()
    await expect(queue.add([2])).resolves.toBeUndefined()
  })

  test.each([
    ['WRITE_UNCERTAIN', new WriteUncertainError('lost', { persistenceId })],
    ['FENCED', new FencedError('fenced', { persistenceId, writerUuid: 'other' })],
  ])('after %s refuses what is queued and what comes, until it is unblocked', async (code, failure) => {
    const sent = deferred()
    const go = deferred()
    let writes = 0
    const queue = new WriteQueue<number>({
      persistenceId,
      send: async () => {
        writes += 1
        if (writes > 1) return
        sent.resolve()
        await go.promise
        throw failure
      },
    })
    const first = queue.add([1])
    await sent.promise
    const second = queue.add([2])
    go.resolve()

    expect(await outcomes([first])).toEqual([failure])
    for (const refused of await outcomes([second, queue.add([3])])) {
      expect(refused).toBeInstanceOf(WriteRejectedError)
      expect(refused).toMatchObject({ cause: { code }, message: expect.stringContaining('must recover') })
    }
    expect(writes).toBe(1)
    expect(queue.size).toBe(0)
    queue.unblock()
    await expect(queue.add([4])).resolves.toBeUndefined()
  })

  test('takes an error that it does not know for an uncertain write', async () => {
    const cause = new TypeError('surprise')
    const blocked: unknown[] = []
    const queue = new WriteQueue<number>({
      persistenceId,
      send: () => Promise.reject(cause),
      onBlocked: (error) => blocked.push(error),
    })

    const [error] = await outcomes([queue.add([1])])

    expect(error).toMatchObject({ code: 'WRITE_UNCERTAIN', cause, message: expect.stringContaining('surprise') })
    expect(blocked).toEqual([error])
  })

  test('refuses the rest of a shared write when one of its parts ends uncertain', async () => {
    const queue = new WriteQueue<number>({
      persistenceId,
      send: async (events) => {
        if (events.length > 1) throw new WriteRejectedError('too large together', { persistenceId })
        if (events[0] === 2) throw new WriteUncertainError('lost', { persistenceId })
      },
    })

    const [first, second, third] = await outcomes([queue.add([1]), queue.add([2]), queue.add([3])])

    expect(first).toBe('ok')
    expect(second).toMatchObject({ code: 'WRITE_UNCERTAIN' })
    expect(third).toMatchObject({ code: 'WRITE_REJECTED', cause: second })
  })

  test('settled() waits for what was added before, however it ends', async () => {
    const { queue, writes } = recording({ bad: [2] })
    expect(await queue.settled()).toBeUndefined()
    queue.add([1]).catch(() => {})
    queue.add([2]).catch(() => {})

    await queue.settled()

    expect(writes.flat()).toContain(2)
    expect(queue.size).toBe(0)
  })

  test('a failure that nobody looks at is not an unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const { queue } = recording({ bad: [1] })

    void queue.add([1])
    await queue.settled()
    await new Promise(setImmediate)

    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
