import { PokeThrottle } from '../src/poke-throttle.js'

const limit = { eventsPerSecond: 400, overMs: 10_000 }

/** Writes `perSecond` events a second for so long, in writes of one event each, and gives how many were allowed a poke. */
const writing = (throttle: PokeThrottle, clock: { now: number }, perSecond: number, seconds: number): number => {
  let allowed = 0
  for (let written = 0; written < perSecond * seconds; written++) {
    clock.now += 1000 / perSecond
    if (throttle.allows(1)) allowed++
  }
  return allowed
}

test('pokes go out below the limit, however long it lasts', () => {
  const clock = { now: 0 }
  const throttle = new PokeThrottle(limit, () => clock.now)

  expect(writing(throttle, clock, 390, 60)).toBe(390 * 60)
})

test('a short burst is let through, a long one is not', () => {
  const clock = { now: 0 }
  const throttle = new PokeThrottle(limit, () => clock.now)

  expect(writing(throttle, clock, 1_000, 5)).toBe(5_000)
  writing(throttle, clock, 1_000, 30)
  expect(writing(throttle, clock, 1_000, 5)).toBe(0)
})

test('they go out again when it is below the limit again', () => {
  const clock = { now: 0 }
  const throttle = new PokeThrottle(limit, () => clock.now)
  writing(throttle, clock, 4_000, 60)
  expect(throttle.allows(1)).toBe(false)

  writing(throttle, clock, 100, 60)

  expect(throttle.allows(1)).toBe(true)
})

test('every event of a batch counts', () => {
  const throttle = new PokeThrottle(limit, () => 0)

  expect(throttle.allows(4_000)).toBe(true)
  expect(throttle.allows(1)).toBe(false)
})
