import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import {
  createOffsetTable,
  deleteOffsetTable,
  dynamoDBOffsetStore,
  type EventEnvelope,
  eventsBySlicesSource,
  eventsByTagSource,
  type OffsetStore,
  type ProjectionStatus,
  projection,
  slicedProjection,
  sliceRanges,
} from '@dynact/query-dynamodb'
import { jest } from '@jest/globals'
import { deferred } from '../../../tools/test-support/deferred.js'
import { describeOnRealDynamoDB, testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { AppliedModel } from './applied-model.js'
import { randomFrom } from './feed-world.js'
import { noPauses } from './projection-fixture.js'
import { freshType, QueryFixture } from './query-fixture.js'

jest.setTimeout(240_000) // thousands of requests, beside other tests on two cores

const fixture = new QueryFixture()
const model = new AppliedModel()
const queries = { shards: 4 }
const offsetTable = uniqueTableName('offset')
const retry = { attemptMs: 20_000, totalMs: 40_000, baseMs: 1, maxMs: 5 }
const stores: OffsetStore[] = []
const started: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  await fixture.create({ queries })
  await createOffsetTable(fixture.client, { table: offsetTable })
  await model.create(fixture.client)
})
beforeEach(() => {
  fixture.observed.fateOf = () => 'pass'
})
afterEach(() => Promise.all(started.splice(0).map((one) => one.stop())))
afterAll(async () => {
  fixture.observed.fateOf = () => 'pass'
  await Promise.all(stores.map((one) => one.close()))
  await deleteOffsetTable(fixture.client, { table: offsetTable })
  await model.remove(fixture.client)
  await fixture.remove()
})

/** Each process that the tests play has journals of its own and hears of nobody else's writes. */
const deaf = { poke: () => undefined, subscribe: () => () => undefined }
const EVENTS = 10
const IDS = 5

/** A group of ids, what is written to them, and what a projection is to make of it. */
class Scene {
  readonly type = freshType()
  readonly tag = `tag-${this.type}`
  readonly ids = Array.from({ length: IDS }, () => `${this.type}|${freshType()}`)
  readonly name: string
  readonly #random: () => number
  readonly #isByTag: boolean
  /** Resolves when an instance has stored something, or failed to. */
  #nextSave = deferred()
  /** The instance that was started last. */
  #last: { stop(): Promise<void> } | undefined
  /** Why that one has failed for good. Of others it is expected that one has taken over from them. */
  #failure: unknown

  constructor(kind: 'tag' | 'slices', seed: number) {
    this.name = `${kind}-${this.type}`
    this.#isByTag = kind === 'tag'
    this.#random = randomFrom(seed)
  }

  /** The events that the projection is to apply to every id. */
  get expected(): number[] {
    const all = Array.from({ length: EVENTS }, (_, index) => index + 1)
    return this.#isByTag ? all.filter(isTagged) : all
  }

  /** Writes all events of all ids side by side, in batches of random sizes: from this process, and from two that can't poke. */
  async write(): Promise<void> {
    const journals = [
      fixture.journal({ queries }),
      fixture.journal({ queries, atomicWrites: 'packed', pokes: deaf }),
      fixture.journal({ queries, atomicWrites: 'transaction', pokes: deaf }),
    ] as const
    const writeAll = async (id: string, index: number) => {
      const journal = journals[index % 3] as (typeof journals)[number]
      for (let next = 1; next <= EVENTS; ) {
        const last = Math.min(EVENTS, next + Math.floor(this.#random() * 4))
        const events = fixture
          .events(id, next, last)
          .map((event) => ({ ...event, tags: isTagged(event.sequenceNr) ? [this.tag, 'other'] : ['other'] }))
        await journal.writeEvents({ persistenceId: id, events })
        next = last + 1
      }
    }
    await Promise.all(this.ids.map(writeAll))
  }

  /** Ends an instance, which may fail meanwhile. */
  async stop(running: { stop(): Promise<void> }): Promise<void> {
    this.#last = undefined
    await running.stop()
  }

  /** Starts the projection as a new process would: one instance by tag, or two by slices. */
  start({ before = () => {}, onStatus = () => {} }: StartOptions = {}) {
    const readJournal = fixture.readJournal({ queries, refreshInterval: 200, pageSize: 5 + this.pick(20), pokes: deaf })
    const offsetStore = dynamoDBOffsetStore({
      client: fixture.client,
      transport: testTransport,
      table: offsetTable,
      retry,
    })
    stores.push(offsetStore)
    const tellOfSave = () => {
      this.#nextSave.resolve()
      this.#nextSave = deferred()
    }
    const acquire: OffsetStore['acquire'] = async (name, options) => {
      const lease = await offsetStore.acquire(name, options)
      return {
        get offset() {
          return lease.offset
        },
        save: (...args) => lease.save(...args).finally(tellOfSave),
        saveWith: (...args) => lease.saveWith(...args).finally(tellOfSave),
      }
    }
    const telling: OffsetStore = {
      name: offsetStore.name,
      isTransactional: true,
      acquire,
      read: (...args) => offsetStore.read(...args),
      reset: (...args) => offsetStore.reset(...args),
      close: () => offsetStore.close(),
    }
    const handler = async (envelopes: readonly EventEnvelope<string>[]) => {
      before()
      for (const { persistenceId, sequenceNr, event } of envelopes) expect(event).toBe(`${persistenceId}/${sequenceNr}`)
      return model.writes(
        this.name,
        envelopes.map(({ persistenceId, sequenceNr }) => ({ persistenceId, value: sequenceNr })),
      )
    }
    const delivery = 'exactly-once' as const
    const group = { size: 5, withinMs: 20 }
    const options = { name: this.name, offsetStore: telling, delivery, group, handler, onStatus, timing: noPauses }
    const running = this.#isByTag
      ? projection({ ...options, source: eventsByTagSource<string>(readJournal, this.tag) })
      : slicedProjection({
          ...options,
          ranges: sliceRanges(2),
          source: (range) => eventsBySlicesSource<string>(readJournal, this.type, range),
        })
    started.push(running)
    this.#last = running
    running.done.catch((error) => {
      if (running !== this.#last) return
      this.#failure = error
      tellOfSave()
    })
    return running
  }

  applied(): Promise<number[][]> {
    return model.read(fixture.client, this.name, this.ids)
  }

  /** Waits until so many events have been applied; `share` of all by default. */
  async untilApplied(share = 1): Promise<void> {
    const wanted = Math.floor(share * IDS * this.expected.length)
    for (;;) {
      const saved = this.#nextSave.promise
      if (this.#failure !== undefined) throw this.#failure
      if ((await this.applied()).flat().length >= wanted) return
      await saved
    }
  }

  async expectAll(): Promise<void> {
    await this.untilApplied()
    expect(await this.applied()).toEqual(this.ids.map(() => this.expected))
  }

  async forget(): Promise<void> {
    for (const id of this.ids)
      await fixture.client.send(
        new DeleteItemCommand({ TableName: model.table, Key: { id: { S: `${this.name}/${id}` } } }),
      )
  }

  pick(below: number): number {
    return Math.floor(this.#random() * below)
  }
}

interface StartOptions {
  readonly before?: () => void
  readonly onStatus?: (status: ProjectionStatus) => void
}

/** Of however many calls, every so many are true: not by chance, since there may be few. */
const everyNth = (n: number) => {
  let calls = 0
  return () => ++calls % n === 0
}

const isTagged = (sequenceNr: number): boolean => sequenceNr % 3 !== 0

describeOnRealDynamoDB('a projection of a live stream has the effect of every event once and in order', () => {
  describe.each(['tag', 'slices'] as const)('by %s, while many write', (kind) => {
    test('across failures, lost answers, stops and starts', async () => {
      const scene = new Scene(kind, 1)
      const writers = scene.write()
      let restarts = 0
      const [isFailing, isLost, isRefused] = [everyNth(4), everyNth(7), everyNth(5)]
      const start = () =>
        scene.start({
          before: () => {
            if (isFailing()) throw new Error('now and then')
          },
          onStatus: ({ type }) => {
            if (type === 'restarting') restarts++
          },
        })
      fixture.observed.fateOf = ({ operation }) => {
        if (operation !== 'TransactWriteItems') return 'pass'
        if (isLost()) return { loseAnswer: 'reset' }
        return isRefused() ? { fail: serviceError('InternalServerError', 'no') } : 'pass'
      }

      for (const share of [0.2, 0.6]) {
        const running = start()
        await scene.untilApplied(share)
        await scene.stop(running)
      }
      const running = start()
      await writers
      await scene.expectAll()
      await scene.stop(running)

      expect(restarts).toBeGreaterThan(0)
      await scene.expectAll()
    })

    test('while instances take it over from each other, and from one that is cut off', async () => {
      const scene = new Scene(kind, 2)
      const writers = scene.write()
      const earlier: Promise<unknown>[] = []
      let last = scene.start()
      for (const share of [0.1, 0.4]) {
        await scene.untilApplied(share)
        earlier.push(last.done.catch((error) => error))
        last = scene.start()
      }

      await writers
      await scene.expectAll()
      await last.stop()

      for (const end of await Promise.all(earlier)) expect(end).toMatchObject({ code: 'FENCED' })
      await scene.expectAll()
    })

    test('also of every event again, after a rebuild', async () => {
      const scene = new Scene(kind, 3)
      const writers = scene.write()
      const running = scene.start()
      for (const share of [0.3, 1]) {
        await scene.untilApplied(share)
        await running.pause()
        await scene.forget()
        await running.rebuild()
        running.resume()
      }

      await writers
      await scene.expectAll()
      await running.stop()
      await scene.expectAll()
    })
  })
})
