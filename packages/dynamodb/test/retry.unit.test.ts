import { retrySchema } from '@dynact/dynamodb'
import fc from 'fast-check'
import { backoffMs, type RetryOptions, systemTiming } from '../src/retry.js'

const retry: RetryOptions = { attemptMs: 1_500, totalMs: 4_500, baseMs: 25, maxMs: 500 }

describe('the pause before the next attempt', () => {
  test.each([
    [1, 25],
    [2, 50],
    [3, 100],
    [5, 400],
    [6, 500],
    [7, 500],
    [5_000, 500],
  ])('after attempt %d is at most %d ms', (attempt, longest) => {
    expect(backoffMs(retry, attempt, 1)).toBe(longest)
    expect(backoffMs(retry, attempt, 0.5)).toBe(longest / 2)
    expect(backoffMs(retry, attempt, 0)).toBe(0)
  })

  test('is full jitter: anything from nothing to the bound', () => {
    const options = fc.record({
      baseMs: fc.double({ min: 0.1, max: 60_000 }),
      maxMs: fc.double({ min: 0.1, max: 60_000 }),
    })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 100_000 }), chance, ({ baseMs, maxMs }, attempt, random) => {
        fc.pre(!Number.isNaN(baseMs) && !Number.isNaN(maxMs))
        const pauseMs = backoffMs({ ...retry, baseMs, maxMs }, attempt, random)

        expect(pauseMs).toBeGreaterThanOrEqual(0)
        expect(pauseMs).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** (attempt - 1)))
      }),
    )
  })
})

describe('the options', () => {
  test('have defaults that leave time for several attempts', () => {
    expect(retrySchema.parse({})).toEqual(retry)
  })

  test.each([
    [{ totalMs: 1_000 }, { attemptMs: 1_000, totalMs: 1_000 }],
    [{ totalMs: 60_000 }, { attemptMs: 1_500, totalMs: 60_000 }],
    [{ attemptMs: 100 }, { attemptMs: 100, totalMs: 4_500 }],
    [{ attemptMs: 5_000 }, { attemptMs: 5_000, totalMs: 15_000 }],
  ])('of %j alone are completed to %j', (given, completed) => {
    expect(retrySchema.parse(given)).toEqual({ ...retry, ...completed })
  })

  test('are frozen', () => {
    expect(Object.isFrozen(retrySchema.parse({}))).toBe(true)
  })

  test('refuse an attempt that is longer than all of them together', () => {
    expect(retrySchema.safeParse({ attemptMs: 2_000, totalMs: 1_999 }).error?.issues).toEqual([
      expect.objectContaining({ path: ['attemptMs'], message: 'must not be larger than totalMs' }),
    ])
    expect(retrySchema.safeParse({ attemptMs: 2_000, totalMs: 2_000 }).success).toBe(true)
  })

  test.each([
    [{ attemptMs: 0 }],
    [{ totalMs: -1 }],
    [{ baseMs: Number.NaN }],
    [{ maxMs: Number.POSITIVE_INFINITY }],
    [{ attemptMs: '1' }],
    [{ attempts: 3 }],
  ])('refuse %j', (options) => {
    expect(retrySchema.safeParse(options).success).toBe(false)
  })
})

describe('the real clock', () => {
  test('pauses end at once with the signal’s own reason when it aborts', async () => {
    const stop = new AbortController()
    const reason = new Error('shutting down')

    const pause = systemTiming.sleep(60_000, stop.signal)
    stop.abort(reason)

    await expect(pause).rejects.toBe(reason)
    await expect(systemTiming.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('pauses without a signal end by themselves, and time goes on', async () => {
    const start = systemTiming.now()

    await systemTiming.sleep(2, undefined)

    expect(systemTiming.now() - start).toBeGreaterThan(1)
  })

  test('chance is from 0 to 1', () => {
    const chances = Array.from({ length: 100 }, () => systemTiming.random())

    expect(chances.every((chance) => chance >= 0 && chance < 1)).toBe(true)
    expect(new Set(chances).size).toBeGreaterThan(90)
  })
})
