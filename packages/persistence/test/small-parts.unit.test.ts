import { backoffMs } from '../src/nact/backoff.js'
import { breather } from '../src/nact/breathe.js'
import { ObservedPromise } from '../src/nact/observed-promise.js'

describe('backoffMs', () => {
  test('doubles with every failure, up to five seconds, under full jitter', () => {
    const longest = [0, 1, 2, 3, 7, 8, 50, 5_000].map((failures) => backoffMs(failures, () => 1))

    expect(longest).toEqual([0, 50, 100, 200, 3_200, 5_000, 5_000, 5_000])
    expect(backoffMs(3, () => 0.25)).toBe(50)
    expect(backoffMs(3, () => 0)).toBe(0)
  })
})

describe('breather', () => {
  test('asks for a turn of the event loop when the slice is used up, and only then', async () => {
    let now = 0
    const clock = jestClock(() => now)
    try {
      const breathe = breather()
      now = 9
      expect(breathe()).toBeUndefined()
      now = 10
      const turn = breathe()
      expect(turn).toBeDefined()
      await turn
      now = 19

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
