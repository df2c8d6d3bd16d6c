import type { FeedEntry } from '@dynact/dynamodb'
import type { PersistentRepr } from '@dynact/persistence'
import type { Told } from '../src/feed/feed-reader.js'
import type { EventId, FeedPage, FeedSource } from '../src/feed/feed-source.js'

/** Bounds of what may go wrong in a world, in milliseconds. */
export const WINDOW_MS = 1_000
const MAX_LAG_MS = 400
const MAX_SKEW_MS = 300

/** From 0 to 1, reproducibly. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface StoredItem {
  readonly persistenceId: string
  readonly sequenceNr: number
  readonly index: number
  readonly lastIndex: number
  readonly writer: number
  readonly timestamp: number
  readonly tags: readonly string[]
  /** When the index tells of it; never, for another writer's item. */
  readonly visibleAt: number
}

interface Write {
  readonly items: readonly StoredItem[]
  readonly left: StoredItem[]
}

interface History {
  readonly shard: number
  readonly items: Map<number, StoredItem>
  lastTimestamp: number
  deletedTo: number
  write: Write | undefined
}

/**
 * A journal with its feed, in memory, where everything may go wrong that may: the index tells late, clocks differ, writers die in the
 * middle of a batch, other writers leave the feed out. Time passes and writers write whenever it is read.
 */
export class FeedWorld implements FeedSource {
  now = 1_000_000
  isWriting = true
  readonly histories = new Map<string, History>()
  /** Acknowledged writes that nobody has heard of yet. */
  readonly hints: Told[] = []
  readonly #random: () => number
  readonly #shards: number
  #writes = 0
  readonly #maxWrites: number

  constructor(seed: number, { ids = 5, shards = 3, maxWrites = 60 } = {}) {
    this.#random = randomFrom(seed)
    this.#shards = shards
    this.#maxWrites = maxWrites
    for (let id = 0; id < ids; id++)
      this.histories.set(`id-${id}`, {
        shard: id % shards,
        items: new Map(),
        lastTimestamp: 0,
        deletedTo: 0,
        write: undefined,
      })
  }

  /** An integer from 0 to `below` - 1. */
  pick(below: number): number {
    return Math.floor(this.#random() * below)
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** Lets time pass and writers write. */
  pass(ms = this.pick(40)): void {
    this.now += ms
    if (!this.isWriting) return
    for (const [persistenceId, history] of this.histories) {
      if (history.write !== undefined) this.#goOn(history)
      else if (this.#writes < this.#maxWrites && this.chance(0.1)) history.write = this.#begin(persistenceId, history)
      else if (this.chance(0.01)) this.#delete(history)
    }
  }

  /** Every event that a strong reader sees. */
  visibleEvents(persistenceId: string, from = 1, to = Number.MAX_SAFE_INTEGER): StoredItem[] {
    const { items, deletedTo } = this.histories.get(persistenceId) as History
    return [...items.values()]
      .filter(({ sequenceNr }) => sequenceNr >= from && sequenceNr <= to && sequenceNr > deletedTo)
      .filter((item) => isWhole(items, item) && item.sequenceNr - item.index + item.lastIndex <= to)
      .sort((a, b) => a.sequenceNr - b.sequenceNr)
  }

  /** Does anything at or behind an event tell of it, sooner or later? */
  isTold(persistenceId: string, sequenceNr: number): boolean {
    const { items } = this.histories.get(persistenceId) as History
    return [...items.values()].some(
      (item) => item.visibleAt < Number.POSITIVE_INFINITY && item.sequenceNr >= sequenceNr,
    )
  }

  async page(shard: number, from: number, cursor: unknown): Promise<FeedPage> {
    this.pass()
    const skip = cursor as Place | undefined
    const entries = [...this.histories.values()]
      .filter((history) => history.shard === shard)
      .flatMap(({ items, deletedTo }) => [...items.values()].filter(({ sequenceNr }) => sequenceNr > deletedTo))
      .filter((item) => item.visibleAt <= this.now && item.timestamp >= from)
      .sort((a, b) => compare(placeOf(a), placeOf(b)))
      .filter((item) => skip === undefined || compare(placeOf(item), skip) > 0)
    const page = entries.slice(0, 1 + this.pick(4))
    const last = page.at(-1)
    return { entries: page.map(entryOf), next: last && page.length < entries.length ? placeOf(last) : undefined }
  }

  async events(entries: readonly FeedEntry[]): Promise<(PersistentRepr | undefined)[]> {
    this.pass()
    return entries.map(({ persistenceId, sequenceNr }) => {
      const history = this.histories.get(persistenceId)
      const item = history?.items.get(sequenceNr)
      return item && item.lastIndex === 0 && sequenceNr > (history?.deletedTo ?? 0) ? reprOf(item) : undefined
    })
  }

  async *replay(persistenceId: string, from: number, to: number): AsyncIterable<PersistentRepr> {
    this.pass()
    for (const item of this.visibleEvents(persistenceId, from, to)) {
      yield reprOf(item)
      this.pass()
    }
  }

  async lastBefore(events: readonly EventId[], timestamp: number): Promise<number[]> {
    this.pass()
    return events.map(({ persistenceId, sequenceNr }) => {
      const { items, deletedTo } = this.histories.get(persistenceId) as History
      const earlier = [...items.values()].filter(
        (item) =>
          item.sequenceNr < sequenceNr &&
          item.sequenceNr > deletedTo &&
          item.timestamp < timestamp &&
          item.visibleAt < Number.POSITIVE_INFINITY,
      )
      return Math.max(0, ...earlier.map((item) => item.sequenceNr))
    })
  }

  #begin(persistenceId: string, history: History): Write {
    const size = this.chance(0.3) ? 2 + this.pick(3) : 1
    const isForeign = this.chance(0.05)
    const first = Math.max(history.deletedTo, ...history.items.keys()) + 1
    // Several events may have the very same instant, those of one id never.
    const clock = this.now - this.pick(MAX_SKEW_MS)
    const writer = ++this.#writes
    const items = Array.from({ length: size }, (_, index): StoredItem => {
      history.lastTimestamp = Math.max(clock - (clock % 10), history.lastTimestamp + 0.001)
      const lag = this.chance(0.2) ? this.pick(MAX_LAG_MS) : this.pick(20)
      return {
        persistenceId,
        sequenceNr: first + index,
        index,
        lastIndex: size - 1,
        writer,
        timestamp: history.lastTimestamp,
        tags: this.chance(0.5) ? ['red', 'blue'] : ['blue'],
        visibleAt: isForeign ? Number.POSITIVE_INFINITY : lag,
      }
    })
    return { items, left: [...items] }
  }

  /** Stores one more item of a write, in any order; or its writer dies. */
  #goOn(history: History): void {
    const { items, left } = history.write as Write
    if (this.chance(0.05)) {
      history.write = undefined
      return
    }
    const [item] = left.splice(this.pick(left.length), 1)
    if (item !== undefined) history.items.set(item.sequenceNr, { ...item, visibleAt: this.now + item.visibleAt })
    if (left.length > 0) return
    history.write = undefined
    const last = items.at(-1)
    if (last !== undefined && last.visibleAt < Number.POSITIVE_INFINITY && this.chance(0.7))
      this.hints.push(hintOf(last, items.length))
  }

  #delete(history: History): void {
    const highest = Math.max(0, ...history.items.keys())
    history.deletedTo = Math.max(history.deletedTo, this.pick(highest + 1))
  }

  /** Which shards there are. */
  get shards(): number[] {
    return Array.from({ length: this.#shards }, (_, shard) => shard)
  }
}

type Place = readonly [timestamp: number, persistenceId: string, sequenceNr: number]

const placeOf = ({ timestamp, persistenceId, sequenceNr }: StoredItem): Place => [timestamp, persistenceId, sequenceNr]

const compare = (a: Place, b: Place): number => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0) || a[2] - b[2]

const isWhole = (
  items: ReadonlyMap<number, StoredItem>,
  { sequenceNr, index, lastIndex, writer }: StoredItem,
): boolean =>
  Array.from({ length: lastIndex + 1 }, (_, place) => items.get(sequenceNr - index + place)).every(
    (item) => item?.writer === writer,
  )

const entryOf = ({ persistenceId, sequenceNr, index, lastIndex, timestamp, tags }: StoredItem): FeedEntry => ({
  persistenceId,
  sequenceNr,
  firstSequenceNr: sequenceNr - index,
  lastSequenceNr: sequenceNr - index + lastIndex,
  isPacked: false,
  timestamp,
  tags,
})

const hintOf = (item: StoredItem, count: number): Told => ({
  ...entryOf(item),
  firstSequenceNr: item.sequenceNr - count + 1,
  lastSequenceNr: item.sequenceNr,
  tags: [],
  isHint: true,
})

const reprOf = ({ persistenceId, sequenceNr, timestamp, tags }: StoredItem): PersistentRepr => ({
  persistenceId,
  sequenceNr,
  payload: `${persistenceId}/${sequenceNr}`,
  manifest: '',
  writerUuid: '',
  timestamp,
  tags,
})
