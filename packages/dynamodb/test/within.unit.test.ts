import { getEventListeners } from 'node:events'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import type { Abortable } from '../src/attempt-signal.js'
import { TimeoutError } from '../src/errors.js'
import { within } from '../src/within.js'

const HOUR = 3_600_000
const never = () => new Promise<never>(() => {})
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('gives what the task gives, and throws what it throws', async () => {
  const mistake = new Error('no')

  expect(await within(HOUR, undefined, async () => 'done')).toBe('done')
  expect(await rejectionOf(within(HOUR, undefined, () => Promise.reject(mistake)))).toBe(mistake)
})

test('ends at the deadline, and tells the task, even one that does not listen', async () => {
  let told: Abortable | undefined

  const error = await rejectionOf(
    within(1, undefined, (signal) => {
      told = signal
      return never()
    }),
  )

  expect(error).toBeInstanceOf(TimeoutError)
  expect((error as Error).message).toBe('no answer within 1 ms')
  expect(told?.reason).toBe(error)
})

test('ends with the reason of the signal, and tells the task', async () => {
  const stop = new AbortController()
  const reason = new Error('shutting down')
  let told: Abortable | undefined
  const running = within(HOUR, stop.signal, (signal) => {
    told = signal
    return never()
  })

  stop.abort(reason)

  expect(await rejectionOf(running)).toBe(reason)
  expect(told?.reason).toBe(reason)
})

test('does not begin after an abort', async () => {
  let begun = false

  const error = await rejectionOf(
    within(HOUR, AbortSignal.abort('too late'), async () => {
      begun = true
    }),
  )

  expect(error).toBe('too late')
  expect(begun).toBe(false)
})

test.each([
  ['succeeds', () => Promise.resolve({})],
  ['fails', () => Promise.reject(new Error('no'))],
])('keeps neither timer nor listener after a task that %s', async (_, task) => {
  const { signal } = new AbortController()
  const before = timers()

  await within(HOUR, signal, task).catch(() => {})

  expect(timers()).toBe(before)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
