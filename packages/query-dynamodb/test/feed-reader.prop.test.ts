import type { TimestampOffset } from '@dynact/query-dynamodb'
import { jest } from '@jest/globals'
import fc from 'fast-check'
import { isSoak, soakReport } from '../../../tools/soak/soak-report.js'
import { type Delivery, FeedReader, type FeedReaderParts } from '../src/feed/feed-reader.js'
import { FeedWorld, WINDOW_MS } from './feed-world.js'

jest.setTimeout(isSoak ? 1_200_000 : 300_000)

/** What was delivered, with the offset to go on with as a program would have stored it. */
interface Delivered {
  readonly persistenceId: string
  readonly sequenceNr: number
  readonly storedOffset: () => string
}

const readerOn = (world: FeedWorld, start: TimestampOffset | undefined, extra: Partial<FeedReaderParts>): FeedReader =>
  new FeedReader({
    source: world,
    clock: () => world.now,
    shards: world.shards,
    includes: () => true,
    matches: () => true,
    start,
    windowMs: WINDOW_MS,
    overlapMs: 50,
    reReadMs: WINDOW_MS / 4,
    maxIds: 1_000,
    ...extra,
  })

/**
 * One life of a stream: it reads, polls and is poked in any order, now and then stops in the middle, and goes on from the offset of
 * any envelope, as the next process of a program would. What was delivered behind that offset is forgotten with the process.
 */
const live = async (seed: number, steps: number, extra: Partial<FeedReaderParts> = {}) => {
  const world = new FeedWorld(seed)
  let delivered: Delivered[] = []
  let reader = readerOn(world, undefined, extra)
  const consume = async (deliveries: AsyncIterable<Delivery>): Promise<boolean> => {
    for await (const { event, offset } of deliveries) {
      world.pass(world.pick(5))
      // An offset means the same whenever it is looked at.
      const atOnce = world.chance(0.3) ? JSON.stringify(offset()) : undefined
      delivered.push({ ...event, storedOffset: () => atOnce ?? JSON.stringify(offset()) })
      if (world.chance(0.02)) return false
    }
    return true
  }
  const restart = () => {
    delivered = delivered.slice(0, world.pick(delivered.length + 1))
    const last = delivered.at(-1)
    reader = readerOn(world, last && JSON.parse(last.storedOffset()), extra)
  }
  let isRunning = await consume(reader.sweep())
  for (let step = 0; step < steps; step++) {
    world.pass()
    if (!isRunning || world.chance(0.03)) {
      restart()
      isRunning = await consume(reader.sweep())
    } else if (world.chance(0.2)) {
      isRunning = await consume(reader.take(world.hints.splice(0)))
    } else {
      isRunning = await consume(reader.poll(step))
    }
  }
  world.isWriting = false
  for (let round = 0; round < 3; round++) {
    if (!isRunning) restart()
    isRunning = true
    world.pass(WINDOW_MS)
    for await (const { event, offset } of reader.sweep())
      delivered.push({ ...event, storedOffset: () => JSON.stringify(offset()) })
    for (const shard of world.shards)
      for await (const { event, offset } of reader.poll(shard))
        delivered.push({ ...event, storedOffset: () => JSON.stringify(offset()) })
  }
  return { world, delivered }
}

const numbersOf = (delivered: readonly Delivered[], persistenceId: string): number[] =>
  delivered.filter((event) => event.persistenceId === persistenceId).map(({ sequenceNr }) => sequenceNr)

const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b)

const everyEvent = {
  numRuns: isSoak ? 20_000 : 1_000,
  // Lost or doubled an event once: a torn batch that another writer's events follow, a batch that an offset cuts, a late hint.
  examples: [
    [-1038136048, 12],
    [-1084630651, 23],
    [-47096717, 34],
    [1957302734, 11],
    [-1798944196, 58],
  ] as [number, number][],
}

/** Every event that must have been delivered, whatever happened. */
const expectedOf = (world: FeedWorld, persistenceId: string): number[] =>
  world
    .visibleEvents(persistenceId)
    .map(({ sequenceNr }) => sequenceNr)
    .filter((sequenceNr) => world.isTold(persistenceId, sequenceNr))

test('every event of every id is delivered once and in order, whatever is late, torn, foreign or interrupted', async () => {
  let total = 0
  let programs = 0
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 60 }), async (seed, steps) => {
      const { world, delivered } = await live(seed, steps)
      programs++
      for (const persistenceId of world.histories.keys()) {
        const numbers = numbersOf(delivered, persistenceId)
        total += numbers.length
        expect(numbers).toEqual(ascending(numbers))
        // What was deleted may have been delivered before.
        expect(numbers).toEqual(expect.arrayContaining(expectedOf(world, persistenceId)))
      }
    }),
    everyEvent,
  )
  await soakReport('feed', { programs, remarks: [`${total} events delivered, each once and in order`] })
  expect(total).toBeGreaterThan(30_000)
})

test('of the events with a tag the same holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (seed, steps) => {
      const { world, delivered } = await live(seed, steps, { matches: (tags) => tags.includes('red') })
      for (const persistenceId of world.histories.keys()) {
        const numbers = numbersOf(delivered, persistenceId)
        expect(numbers).toEqual(ascending(numbers))
        const red = new Set(
          world
            .visibleEvents(persistenceId)
            .flatMap(({ sequenceNr, tags }) => (tags.includes('red') ? [sequenceNr] : [])),
        )
        const expected = expectedOf(world, persistenceId).filter((sequenceNr) => red.has(sequenceNr))
        expect(numbers).toEqual(expect.arrayContaining(expected))
      }
    }),
    { numRuns: isSoak ? 4_000 : 200 },
  )
})

test('of some of the ids the same holds, and nothing comes of the others', async () => {
  const wanted = new Set(['id-3', 'id-4'])
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (seed, steps) => {
      const { world, delivered } = await live(seed, steps, { includes: (persistenceId) => wanted.has(persistenceId) })
      expect(delivered.filter(({ persistenceId }) => !wanted.has(persistenceId))).toEqual([])
      for (const persistenceId of wanted) {
        const numbers = numbersOf(delivered, persistenceId)
        expect(numbers).toEqual(ascending(numbers))
        expect(numbers).toEqual(expect.arrayContaining(expectedOf(world, persistenceId)))
      }
    }),
    { numRuns: isSoak ? 4_000 : 200 },
  )
})

test('the same holds where hardly an id is remembered that is settled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 60 }), async (seed, steps) => {
      const { world, delivered } = await live(seed, steps, { maxIds: 1 })
      for (const persistenceId of world.histories.keys()) {
        const numbers = numbersOf(delivered, persistenceId)
        expect(numbers).toEqual(ascending(numbers))
        expect(numbers).toEqual(expect.arrayContaining(expectedOf(world, persistenceId)))
      }
    }),
    {
      numRuns: isSoak ? 4_000 : 200,
      // Delivered the first event of a batch twice, which an offset cut: the id was forgotten before the batch was met again.
      examples: [[200446906, 47]],
    },
  )
})
