import { Renewed } from '../../src/transport/renewed.js'
import { settle } from '../make-requests.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Gives out what expires at the given times, one after the other; an Error is thrown. */
const renewed = (...expiries: (number | Error)[]) => {
  const lookUps: boolean[] = []
  const lookUp = async (wasRefused: boolean) => {
    const next = expiries[lookUps.length] ?? new Error('asked once too often')
    lookUps.push(wasRefused)
    if (next instanceof Error) throw next
    return { expiresMs: next }
  }
  return { value: new Renewed(lookUp), lookUps }
}

test('what does not expire is looked up once', async () => {
  const { value, lookUps } = renewed(Number.POSITIVE_INFINITY)
  const first = await value.get(0)

  expect(value.get(1e15)).toBe(first)
  expect(lookUps).toHaveLength(1)
})

test('all wait for the same look-up', async () => {
  const { value, lookUps } = renewed(HOUR)

  const [one, other] = await Promise.all([value.get(0), value.get(0)])

  expect(one).toBe(other)
  expect(lookUps).toHaveLength(1)
})

test('it is renewed minutes before it expires, while it is still used', async () => {
  const { value, lookUps } = renewed(HOUR, 2 * HOUR)
  const first = await value.get(0)
  expect(value.get(55 * MINUTE)).toBe(first)
  expect(lookUps).toHaveLength(1)

  expect(value.get(56 * MINUTE)).toBe(first)
  expect(value.get(56 * MINUTE)).toBe(first)
  await settle()

  expect(lookUps).toHaveLength(2)
  expect(value.get(56 * MINUTE)).toEqual({ expiresMs: 2 * HOUR })
})

test('a renewal that fails harms nobody before the expiry, and is tried again after a second', async () => {
  const { value, lookUps } = renewed(HOUR, new Error('no network'), 2 * HOUR)
  const first = await value.get(0)
  expect(value.get(56 * MINUTE)).toBe(first)
  await settle()
  expect(value.get(56 * MINUTE + 999)).toBe(first)
  await settle()
  expect(lookUps).toHaveLength(2)

  expect(value.get(56 * MINUTE + 1000)).toBe(first)
  await settle()

  expect(value.get(56 * MINUTE + 1000)).toEqual({ expiresMs: 2 * HOUR })
})

test('what has expired is never used: one waits for the next, or fails with what the look-up fails with', async () => {
  const { value } = renewed(HOUR, new Error('no network'), 2 * HOUR)
  await value.get(0)

  await expect(value.get(HOUR)).rejects.toThrow('no network')
  expect(await value.get(HOUR)).toEqual({ expiresMs: 2 * HOUR })
})

test('what a look-up finds is used though it seems to have expired, but looked up again each time', async () => {
  const { value, lookUps } = renewed(HOUR, HOUR)

  expect(await value.get(HOUR)).toEqual({ expiresMs: HOUR })
  expect(await value.get(HOUR)).toEqual({ expiresMs: HOUR })

  expect(lookUps).toHaveLength(2)
})

test('what lives for less than the minutes before its expiry is renewed half-way', async () => {
  const { value, lookUps } = renewed(MINUTE, 2 * MINUTE)
  await value.get(0)
  await value.get(MINUTE / 2 - 1)
  expect(lookUps).toHaveLength(1)

  await value.get(MINUTE / 2)

  expect(lookUps).toHaveLength(2)
})

test('what the service refuses is looked up anew, and the look-up is told; an older refusal is no news', async () => {
  const { value, lookUps } = renewed(HOUR, HOUR)
  const first = await value.get(0)

  value.refuse(first)
  const second = await value.get(0)
  value.refuse(first)

  expect(value.get(0)).toBe(second)
  expect(lookUps).toEqual([false, true])
})
