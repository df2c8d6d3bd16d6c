import type { EventPoke, PersistentRepr } from '@dynact/persistence'
import { FeedReader } from '../src/feed/feed-reader.js'
import type { FeedSource } from '../src/feed/feed-source.js'
import { liveFeed } from '../src/feed/live-feed.js'
import { PokeInbox } from '../src/feed/poke-inbox.js'

const repr = (persistenceId: string, sequenceNr: number): PersistentRepr => ({
  persistenceId,
  sequenceNr,
  payload: '',
  manifest: '',
  writerUuid: '',
  timestamp: 0,
  tags: [],
})

/** A live feed on a fake clock: waiting takes no time, and lets the clock go on. */
class Scene {
  now = 1_000_000_000
  /** When a shard was asked for. */
  readonly asked: number[] = []
  /** The events that the feed tells of, by shard. */
  readonly told = new Map<number, { sequenceNr: number; timestamp: number }[]>()
  readonly inbox = new PokeInbox(
    () => true,
    (ms, wake) => {
      let isCancelled = false
      setImmediate(() => {
        if (isCancelled) return
        this.now += ms
        if (this.now >= this.endsAt) this.abort.abort(new Error('the end'))
        wake()
      })
      return () => {
        isCancelled = true
      }
    },
  )
  readonly abort = new AbortController()
  endsAt = Number.POSITIVE_INFINITY
  readonly #shards: number

  constructor(shards: number) {
    this.#shards = shards
  }

  start(refreshInterval = 1_000) {
    const clock = () => this.now
    const source: FeedSource = {
      page: async (shard, from) => {
        this.asked.push(this.now)
        const entries = (this.told.get(shard) ?? [])
          .filter(({ timestamp }) => timestamp >= from)
          .map((event) => ({
            ...event,
            persistenceId: `id-${shard}`,
            firstSequenceNr: event.sequenceNr,
            lastSequenceNr: event.sequenceNr,
            isPacked: false,
            tags: [],
          }))
        return { entries, next: undefined }
      },
      events: async (entries) => entries.map(({ persistenceId, sequenceNr }) => repr(persistenceId, sequenceNr)),
      async *replay(persistenceId, from, to) {
        for (let sequenceNr = from; sequenceNr <= to; sequenceNr++) yield repr(persistenceId, sequenceNr)
      },
      lastBefore: async (events) => events.map(() => 0),
    }
    const reader = new FeedReader({
      source,
      clock,
      shards: Array.from({ length: this.#shards }, (_, shard) => shard),
      includes: () => true,
      matches: () => true,
      windowMs: 120_000,
      overlapMs: 2_000,
      reReadMs: 30_000,
      maxIds: 100,
    })
    return liveFeed(reader, { inbox: this.inbox, refreshInterval, clock, signal: this.abort.signal })
  }

  /** How many requests were sent in each second from a time on. */
  perSecond(from: number, seconds: number): number[] {
    return Array.from({ length: seconds }, (_, second) => {
      const start = from + second * 1000
      return this.asked.filter((at) => at >= start && at < start + 1000).length
    })
  }
}

const poke = (persistenceId: string, sequenceNr: number): EventPoke => ({
  persistenceId,
  sequenceNr,
  timestamp: 1_000_000_000,
})

test('idle over 32 shards, it sends 8 requests in every second', async () => {
  const scene = new Scene(32)
  const startedAt = scene.now
  scene.endsAt = startedAt + 120_000

  await expect(scene.start().next()).rejects.toThrow('the end')

  expect(scene.perSecond(startedAt, 1)[0]).toBeLessThanOrEqual(32 + 8)
  for (const count of scene.perSecond(startedAt + 1, 110)) expect(count).toBeLessThanOrEqual(9)
  expect(scene.asked.length).toBeGreaterThan(32 + 110 * 7)
})

test('idle over few shards, a round takes the refresh interval', async () => {
  const scene = new Scene(2)
  const startedAt = scene.now
  scene.endsAt = startedAt + 60_000

  await expect(scene.start().next()).rejects.toThrow('the end')

  for (const count of scene.perSecond(startedAt + 1, 58)) expect(count).toBeLessThanOrEqual(2)
})

/** From now on, since nothing more happens. */
const expectFiveQuickRounds = async (scene: Scene, stream: ReturnType<Scene['start']>): Promise<void> => {
  const startedAt = scene.now
  scene.endsAt = startedAt + 15_000
  await expect(stream.next()).rejects.toThrow('the end')
  const counts = scene.perSecond(startedAt + 1, 14)
  for (const count of counts.slice(0, 5)) expect(count).toBeGreaterThanOrEqual(30)
  for (const count of counts.slice(6)) expect(count).toBeLessThanOrEqual(9)
}

test('a shard in which something is new makes the next five rounds quick ones, and no more', async () => {
  const scene = new Scene(32)
  const stream = scene.start()
  const next = stream.next()
  await new Promise((resolve) => setImmediate(resolve))
  scene.told.set(5, [{ sequenceNr: 1, timestamp: scene.now }])
  expect((await next).value?.event).toMatchObject({ persistenceId: 'id-5', sequenceNr: 1 })
  await expectFiveQuickRounds(scene, stream)
})

test('an event that is there when the stream begins makes the first five rounds quick ones', async () => {
  const scene = new Scene(32)
  scene.told.set(5, [{ sequenceNr: 1, timestamp: scene.now }])
  const stream = scene.start()
  expect((await stream.next()).value?.event).toMatchObject({ persistenceId: 'id-5', sequenceNr: 1 })
  await expectFiveQuickRounds(scene, stream)
})

test('a poke is read at once, without asking any shard', async () => {
  const scene = new Scene(32)
  const stream = scene.start()
  scene.inbox.put(poke('id-1', 1))
  expect((await stream.next()).value?.event).toMatchObject({ persistenceId: 'id-1', sequenceNr: 1 })
  const asked = scene.asked.length
  scene.inbox.put(poke('id-1', 4))
  scene.inbox.put(poke('id-2', 1))

  const events = [await stream.next(), await stream.next(), await stream.next(), await stream.next()]

  expect(events.map(({ value }) => `${value?.event.persistenceId}/${value?.event.sequenceNr}`)).toEqual([
    'id-1/2',
    'id-1/3',
    'id-1/4',
    'id-2/1',
  ])
  expect(scene.asked.length).toBe(asked)
  await stream.return()
})

test('of many pokes the latest of each id is kept, and of more ids than it holds none', () => {
  const inbox = new PokeInbox(() => true)
  for (let id = 0; id < 1_500; id++) inbox.put(poke(`id-${id}`, 3))
  inbox.put(poke('id-1', 4))
  inbox.put(poke('id-1', 2))

  const pokes = inbox.takeAll()

  expect(pokes).toHaveLength(1_000)
  expect(pokes.find(({ persistenceId }) => persistenceId === 'id-1')).toMatchObject({ sequenceNr: 4, count: 3 })
  expect(inbox.takeAll()).toEqual([])
})
