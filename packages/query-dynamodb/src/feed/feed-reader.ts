/**
 * Delivers every event of the feed once, those of each id in order and without a gap. Knows nothing of DynamoDB.
 *
 * The feed only *tells of* events, in the order of their times, and may do so late: a clock is slow, the index lags. So
 *
 * - of every id the last number delivered is known. An event at or before it is there again; one further on than the next
 *   shows a gap, which is read from the journal first;
 * - of an id that is met for the first time, the event before tells by its time whether it was delivered earlier;
 * - `settled` is the time before which every event has been visible long enough: nothing earlier is ever read again. What comes
 *   later is re-read, all of it from time to time, and the last moments every time.
 */
import type { FeedEntry } from '@dynact/dynamodb'
import type { PersistentRepr, TimestampOffset } from '@dynact/persistence'
import type { FeedSource } from './feed-source.js'
import { SeenIds } from './seen-ids.js'
import { ShardScan, type ShardState } from './shard.js'

/** What a {@link FeedReader} is made of. */
export interface FeedReaderParts {
  readonly source: FeedSource
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly shards: readonly number[]
  /** Which ids are wanted. */
  readonly includes: (persistenceId: string) => boolean
  /** Which events of theirs are wanted. */
  readonly matches: (tags: readonly string[]) => boolean
  /** Where to go on. */
  readonly start?: TimestampOffset | undefined
  /** An event becomes visible at most so many milliseconds after its time. */
  readonly windowMs: number
  /** Every reading goes back so many milliseconds. */
  readonly overlapMs: number
  /** All of the window is read again after so many milliseconds. */
  readonly reReadMs: number
  /** Of so many ids the progress is kept, and of all that are not settled. */
  readonly maxIds: number
}

/** An event, and the state to go on with behind it. */
export interface Delivery {
  readonly event: PersistentRepr
  readonly offset: () => TimestampOffset
}

/** An entry, or a writer's word that an event has been stored, which need not be true. */
export interface Told extends FeedEntry {
  readonly isHint?: boolean
}

/** How many entries are looked at together, so that their events are fetched together. */
const CHUNK = 100

export class FeedReader {
  readonly #parts: FeedReaderParts
  readonly #shards: readonly ShardState[]
  /** How far ids had been read at the start: perhaps into a batch. */
  readonly #startedAt: ReadonlyMap<string, number>
  #seen: SeenIds
  #settled: number
  #timestamp: number
  /** All that was ever delivered is in `#seen`: an id that is not has not been met. */
  #knowsAll: boolean
  /** With so many ids known, it is time to forget some. */
  #forgetsAt: number

  constructor(parts: FeedReaderParts) {
    this.#parts = parts
    const { timestamp = 0, since = timestamp, seen = {} } = parts.start ?? {}
    this.#timestamp = timestamp
    this.#settled = since
    this.#knowsAll = since <= 0
    this.#forgetsAt = parts.maxIds
    this.#startedAt = new Map(Object.entries(seen))
    this.#seen = SeenIds.of(
      [...this.#startedAt].map(([persistenceId, sequenceNr]) => ({ persistenceId, sequenceNr, timestamp })),
    )
    this.#shards = parts.shards.map((shard) => ({ shard, settled: since, readAt: 0, reReadAt: 0 }))
  }

  /** How many shards there are to poll. */
  get shardCount(): number {
    return this.#shards.length
  }

  /** Reads all shards, in the order of time, up to `to` (epoch milliseconds, inclusive). */
  sweep(to = Number.POSITIVE_INFINITY): AsyncGenerator<Delivery, void> {
    return this.#read(this.#shards, this.#settled, to, true)
  }

  /** Reads what is new in one shard, or all of its window again when that is due. */
  poll(index: number): AsyncGenerator<Delivery, void> {
    const state = this.#shards[index % this.#shards.length] as ShardState
    const isReRead = this.#parts.clock() - state.reReadAt >= this.#parts.reReadMs
    const from = isReRead ? this.#settled : Math.max(this.#settled, state.readAt - this.#parts.overlapMs)
    return this.#read([state], from, Number.POSITIVE_INFINITY, isReRead)
  }

  /** Reads what writers say that they have stored. */
  async *take(hints: readonly Told[]): AsyncGenerator<Delivery, void> {
    const wanted = hints.filter(({ persistenceId }) => this.#parts.includes(persistenceId))
    for (let start = 0; start < wanted.length; start += CHUNK)
      yield* this.#deliver(wanted.slice(start, start + CHUNK), () => undefined)
  }

  async *#read(
    states: readonly ShardState[],
    from: number,
    to: number,
    isFromSettled: boolean,
  ): AsyncGenerator<Delivery, void> {
    const scans = states.map((state) => new ShardScan(state, { ...this.#parts, from }))
    /** All entries before this time have been dealt with. */
    const advance = (reached: number): void => {
      if (!isFromSettled) return
      if (scans.length < this.#shards.length) return
      this.#settle(Math.min(reached, ...scans.map(({ settled }) => settled)))
    }
    for (;;) {
      await Promise.all(scans.map((scan) => scan.load()))
      yield* this.#deliver(this.#nextEntries(scans, to), advance)
      // A page may have nothing that is wanted, and another page behind it.
      if (scans.every(({ head, needsPage }) => !needsPage && (head === undefined || head.timestamp > to))) break
    }
    for (const { state, settled, startedAt } of scans) {
      state.readAt = startedAt
      if (!isFromSettled) continue
      state.settled = Math.min(settled, to)
      state.reReadAt = startedAt
    }
    this.#settle(Math.min(...this.#shards.map(({ settled }) => settled)))
  }

  /** Entries of several shards in the order of time, as far as it is known. */
  #nextEntries(scans: readonly ShardScan[], to: number): FeedEntry[] {
    const chunk: FeedEntry[] = []
    while (chunk.length < CHUNK && !scans.some(({ needsPage }) => needsPage)) {
      let first: ShardScan | undefined
      for (const scan of scans)
        if (scan.head !== undefined && !(first?.head && first.head.timestamp <= scan.head.timestamp)) first = scan
      if (first?.head === undefined || first.head.timestamp > to) break
      if (this.#parts.includes(first.head.persistenceId)) chunk.push(first.head)
      first.skip()
    }
    return chunk
  }

  #settle(timestamp: number): void {
    this.#settled = Math.max(this.#settled, timestamp)
  }

  /** Delivers what is new among these. */
  async *#deliver(all: readonly Told[], advance: (reached: number) => void): AsyncGenerator<Delivery, void> {
    // Of an id that is not known any more everything earlier is settled: a hint may come that late.
    const isNews = ({ persistenceId, timestamp }: Told): boolean =>
      this.#knowsAll || timestamp >= this.#settled || this.#seen.get(persistenceId) !== undefined
    const told = all.filter(isNews)
    const progress = await this.#progressOf(told)
    const fetched = await this.#fetch(told, new Map(progress))
    for (const entry of told) {
      advance(entry.timestamp)
      const { persistenceId, sequenceNr } = entry
      const last = progress.get(persistenceId) ?? 0
      if (isPassed(entry, last)) continue
      // What was not foreseen to be next has not been fetched.
      const isMissing = this.#needsEvent(entry) && !fetched.has(entry)
      if (!isSingle(entry) || sequenceNr > last + 1 || isMissing) {
        progress.set(persistenceId, yield* this.#deliverRange(entry, last))
        continue
      }
      const event = fetched.get(entry)
      if (entry.isHint && event === undefined) continue
      progress.set(persistenceId, this.#note(entry, sequenceNr))
      if (event !== undefined && this.#isWanted(event)) yield this.#delivery(event)
    }
  }

  /** Fills a gap, or reads a batch, from the journal, which knows what is whole. */
  async *#deliverRange(entry: Told, last: number): AsyncGenerator<Delivery, number> {
    const { persistenceId, lastSequenceNr } = entry
    let reached = last
    for await (const event of this.#parts.source.replay(persistenceId, last + 1, lastSequenceNr)) {
      // Its batch is torn, then, and what comes here has its number by another writer: its own entry tells of it.
      if (event.sequenceNr > entry.sequenceNr && reached < entry.sequenceNr) break
      // Filling a gap, it is read at the entry's time; in a batch its own entry, which will be met, may be later.
      const timestamp = Math.max(entry.timestamp, event.timestamp)
      reached = this.#note({ persistenceId, timestamp }, event.sequenceNr)
      if (this.#isWanted(event)) yield this.#delivery(event)
    }
    if (entry.isHint) return reached
    // Whatever there is before a stored event has been stored, too. Of its own batch, some may still be on their way.
    const settledTo = isSingle(entry) ? lastSequenceNr : entry.firstSequenceNr - 1
    return settledTo > reached ? this.#note(entry, settledTo) : reached
  }

  /** The last number delivered of every id among these. */
  async #progressOf(told: readonly Told[]): Promise<Map<string, number>> {
    const progress = new Map<string, number>()
    const unknown: Told[] = []
    for (const entry of told) {
      const { persistenceId, firstSequenceNr } = entry
      if (progress.has(persistenceId)) continue
      const last = this.#seen.get(persistenceId) ?? this.#startedInside(entry)
      progress.set(persistenceId, last ?? 0)
      if (last === undefined && !this.#knowsAll && firstSequenceNr > 1) unknown.push(entry)
    }
    if (unknown.length === 0) return progress
    const lasts = await this.#parts.source.lastBefore(unknown, this.#settled)
    // Where the feed told of an earlier event of the same batch, all before the batch was delivered then, and the batch wholly or not.
    for (const [index, { persistenceId, firstSequenceNr }] of unknown.entries())
      progress.set(persistenceId, Math.min(lasts[index] ?? 0, firstSequenceNr - 1))
    return progress
  }

  /** The last number delivered of the batch of an entry, if the reader started in the middle of it. */
  #startedInside({ persistenceId, firstSequenceNr, lastSequenceNr }: Told): number | undefined {
    const startedAt = this.#startedAt.get(persistenceId) ?? 0
    return startedAt >= firstSequenceNr && startedAt <= lastSequenceNr ? startedAt : undefined
  }

  /** Fetches together what will, as far as can be foreseen, be delivered as it is. */
  async #fetch(
    told: readonly Told[],
    progress: Map<string, number>,
  ): Promise<ReadonlyMap<Told, PersistentRepr | undefined>> {
    const wanted: Told[] = []
    for (const entry of told) {
      const last = progress.get(entry.persistenceId) ?? 0
      if (isPassed(entry, last)) continue
      progress.set(entry.persistenceId, entry.lastSequenceNr)
      const isNext = isSingle(entry) && entry.sequenceNr === last + 1
      if (isNext && this.#needsEvent(entry)) wanted.push(entry)
    }
    if (wanted.length === 0) return new Map()
    const events = await this.#parts.source.events(wanted)
    return new Map(wanted.map((entry, index) => [entry, events[index]]))
  }

  /** May it be wanted? A hint does not know its tags. */
  #needsEvent({ isHint, tags }: Told): boolean {
    return isHint === true || this.#parts.matches(tags)
  }

  #isWanted({ tags, deleted }: PersistentRepr): boolean {
    return deleted !== true && this.#parts.matches(tags)
  }

  #note({ persistenceId, timestamp }: Pick<Told, 'persistenceId' | 'timestamp'>, sequenceNr: number): number {
    if (this.#seen.size >= this.#forgetsAt) this.#forget()
    this.#seen = this.#seen.with({ persistenceId, sequenceNr, timestamp: Math.max(timestamp, this.#settled) })
    this.#timestamp = Math.max(this.#timestamp, timestamp)
    return sequenceNr
  }

  /** Forgets ids that are settled, those read longest ago first: when they are met again, the event before tells. */
  #forget(): void {
    const { maxIds } = this.#parts
    const latestFirst = [...this.#seen].sort((a, b) => b.timestamp - a.timestamp)
    const kept = latestFirst.filter(({ timestamp }, index) => timestamp >= this.#settled || index < maxIds / 2)
    this.#knowsAll &&= kept.length === latestFirst.length
    this.#seen = SeenIds.of(kept)
    this.#forgetsAt = Math.max(maxIds, 2 * kept.length)
  }

  #delivery(event: PersistentRepr): Delivery {
    const [seen, since, timestamp] = [this.#seen, this.#settled, Math.max(this.#timestamp, this.#settled)]
    const offset = (): TimestampOffset => ({
      timestamp,
      since,
      seen: Object.fromEntries(
        [...seen]
          .filter((id) => id.timestamp >= since)
          .map(({ persistenceId, sequenceNr }) => [persistenceId, sequenceNr]),
      ),
    })
    return { event, offset }
  }
}

/** Not one of a batch. */
const isSingle = ({ firstSequenceNr, lastSequenceNr }: FeedEntry): boolean => firstSequenceNr === lastSequenceNr

/** Is there nothing new in it? An entry of a marked batch stands for its own event, that of a packed one for all. */
const isPassed = ({ sequenceNr, lastSequenceNr, isPacked }: FeedEntry, last: number): boolean =>
  (isPacked ? lastSequenceNr : sequenceNr) <= last
