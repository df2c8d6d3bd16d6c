import * as nact from 'nact'
import { backoffMs, restartBackoffMs } from '../src/nact/backoff.js'
import { breathe } from '../src/nact/breathe.js'
import { editDistance } from '../src/nact/edit-distance.js'
import { isAlive } from '../src/nact/is-alive.js'
import { ObservedPromise } from '../src/nact/observed-promise.js'
import { RecoverySlots } from '../src/nact/recovery-slots.js'
import { WorkUnderWay } from '../src/nact/work-under-way.js'

describe('backoffMs', () => {
  test('doubles with every failure, up to five seconds, under full jitter', () => {
    const longest = [0, 1, 2, 3, 7, 8, 50, 5_000].map((failures) => backoffMs(failures, () => 1))

    expect(longest).toEqual([0, 50, 100, 200, 3_200, 5_000, 5_000, 5_000])
    expect(backoffMs(3, () => 0.25)).toBe(50)
    expect(backoffMs(3, () => 0)).toBe(0)
  })
})

describe('breathe', () => {
  test('counts the time of all loops together: many short ones starve the rest of the process as one long one does', async () => {
    let now = 5e8
    const clock = jestClock(() => now)
    try {
      await breathe()
      const short = () => {
        now += 4
        return breathe()
      }

      expect([short(), short()]).toEqual([undefined, undefined])
      expect(await short()).toBe(true)
      expect(short()).toBeUndefined()
    } finally {
      clock.restore()
    }
  })

  test('asks for a turn of the event loop when the slice is used up, and only then', async () => {
    let now = 0
    const clock = jestClock(() => now)
    try {
      now = 1e9 // Long after whatever was before.
      await breathe()
      now += 9
      expect(breathe()).toBeUndefined()
      now += 1
      const turn = breathe()
      expect(turn).toBeDefined()
      await turn
      now += 9

      expect(breathe()).toBeUndefined()
    } finally {
      clock.restore()
    }
  })
})

const jestClock = (now: () => number) => {
  const original = performance.now
  performance.now = now
  return {
    restore: () => {
      performance.now = original
    },
  }
}

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['tagger', 'tagger', 0],
    ['tager', 'tagger', 1],
    ['taggers', 'tagger', 1],
    ['taggar', 'tagger', 1],
    ['tagegr', 'tagger', 1],
    ['logger', 'tagger', 2],
    ['recovrey', 'recovery', 1],
    ['kitten', 'sitting', 3],
  ])('from %p to %p: %p', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance)
    expect(editDistance(to, from)).toBe(distance)
  })
})

describe('WorkUnderWay', () => {
  test('is settled when nothing goes on, and whenever the last thing ends', async () => {
    const work = new WorkUnderWay()
    await work.settled()
    const ends = [work.begin(), work.begin()]
    const order: string[] = []
    const settled = work.settled().then(() => order.push('settled'))
    ends[0]?.()
    await new Promise(setImmediate)
    order.push('one goes on')
    ends[1]?.()
    work.begin() // Too late to be waited for.
    await settled

    expect(order).toEqual(['one goes on', 'settled'])
  })
})

describe('ObservedPromise', () => {
  test('is not observed by being made, whatever becomes of it', async () => {
    const promise = ObservedPromise.of(Promise.reject(new Error('no')))
    await new Promise(setImmediate)

    expect(promise.isObserved).toBe(false)
  })

  test.each([
    ['await', async (promise: Promise<number>) => void (await promise)],
    ['then', async (promise: Promise<number>) => void promise.then(() => {})],
    ['catch', async (promise: Promise<number>) => void promise.catch(() => {})],
    ['finally', async (promise: Promise<number>) => void promise.finally(() => {})],
    ['Promise.all', async (promise: Promise<number>) => void (await Promise.all([promise]))],
    ['Promise.allSettled', async (promise: Promise<number>) => void (await Promise.allSettled([promise]))],
    ['returning it from an async function', async (promise: Promise<number>) => promise],
  ])('is observed by %s', async (_, use) => {
    const promise = ObservedPromise.of(Promise.resolve(1))

    await use(promise)

    expect(promise.isObserved).toBe(true)
  })

  test('settles as its source does', async () => {
    await expect(ObservedPromise.of(Promise.resolve(1))).resolves.toBe(1)
    await expect(ObservedPromise.of(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('what then gives is a plain promise', () => {
    expect(ObservedPromise.of(Promise.resolve(1)).then(() => {})).not.toBeInstanceOf(ObservedPromise)
  })
})

describe('restartBackoffMs', () => {
  test('doubles with every failure between its bounds, and adds a random share', () => {
    const bounds = { minBackoffMs: 100, maxBackoffMs: 1_000, randomFactor: 0.5 }

    expect([0, 1, 2, 3, 4, 5, 5_000].map(restartBackoffMs(bounds, () => 0))).toEqual([
      0, 100, 200, 400, 800, 1_000, 1_000,
    ])
    expect([1, 5].map(restartBackoffMs(bounds, () => 1))).toEqual([150, 1_500])
    expect(restartBackoffMs({ minBackoffMs: 100, maxBackoffMs: 1_000 }, () => 1)(1)).toBe(120)
  })
})

describe('RecoverySlots', () => {
  const never = new AbortController().signal

  test('hands a slot from one to the next, in order; giving it back twice does nothing', async () => {
    const slots = new RecoverySlots(1)
    const order: number[] = []
    const first = await slots.take(never)
    const others = [1, 2, 3].map(async (nr) => {
      const release = await slots.take(never)
      order.push(nr)
      expect(slots.taken).toBe(1)
      release()
      release()
    })
    expect(order).toEqual([])
    first()
    await Promise.all(others)

    expect(order).toEqual([1, 2, 3])
    expect(slots.taken).toBe(0)
  })

  test('many wait, and get their turns in the order in which they came', async () => {
    const slots = new RecoverySlots(1)
    const first = await slots.take()
    const served: number[] = []
    const waiting = Array.from({ length: 10_000 }, async (_, nr) => {
      const release = await slots.take()
      served.push(nr)
      release()
    })
    first()
    await Promise.all(waiting)

    expect(served).toEqual(Array.from({ length: 10_000 }, (_, nr) => nr))
    expect(slots.taken).toBe(0)
  })

  test('an aborted wait gives its place to the next', async () => {
    const slots = new RecoverySlots(1)
    const release = await slots.take()
    const end = new AbortController()
    const aborted = slots.take(end.signal)
    const next = slots.take(never)
    end.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect(slots.take(end.signal)).rejects.toThrow('enough')
    release()
    ;(await next)()

    expect(slots.taken).toBe(0)
  })
})

describe('isAlive', () => {
  test('is true of an actor until it, a parent of it or its system stops', () => {
    const system = nact.start()
    const spawn = (parent: nact.Ref<unknown>) => nact.spawn(parent, () => {}, 'child') as nact.Ref<unknown>
    const parent = spawn(system)
    const child = spawn(parent)
    expect([system, parent, child].map(isAlive)).toEqual([true, true, true])
    nact.stop(parent)
    expect([system, parent, child].map(isAlive)).toEqual([true, false, false])
    const other = spawn(system)
    expect(isAlive(other)).toBe(true)
    nact.stop(system)
    expect(isAlive(other)).toBe(false)
  })

  test('is false of an actor whose path has gone to another one', () => {
    const system = nact.start()
    const spawn = (parent: nact.Ref<unknown>) => nact.spawn(parent, () => {}, 'name') as nact.Ref<unknown>
    const parent = spawn(system)
    const orphan = spawn(parent)
    nact.stop(parent) // nact does not stop its child.
    const successor = spawn(spawn(system))

    expect([orphan, successor, parent].map(isAlive)).toEqual([false, true, false])
    nact.stop(system)
  })

  test('leaves no trace at the actor', async () => {
    const system = nact.start()
    const children: unknown[] = []
    const look = (_: unknown, __: unknown, ctx: { children: Map<string, unknown> }) =>
      void children.push(...ctx.children)
    const actor = nact.spawn(system, look as never, 'name') as nact.Ref<unknown>
    expect(isAlive(actor)).toBe(true)
    nact.dispatch(actor, 'look')
    await new Promise(setImmediate)

    expect(children).toEqual([])
    nact.stop(system)
  })
})
