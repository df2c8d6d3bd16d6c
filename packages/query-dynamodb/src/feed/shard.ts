import type { FeedEntry } from '@dynact/dynamodb'
import type { FeedSource } from './feed-source.js'

/** How far one shard of the feed has been read. */
export interface ShardState {
  readonly shard: number
  /** Everything before had been visible for long enough when it was read: it need not be read again. */
  settled: number
  /** When it was last read to its end. */
  readAt: number
  /** When it was last read to its end from where it is settled on. */
  reReadAt: number
}

/** Reads one shard from a time on, page by page, and finds out up to where it is settled. */
export class ShardScan {
  readonly state: ShardState
  readonly #source: FeedSource
  readonly #clock: () => number
  readonly #windowMs: number
  readonly #from: number
  #page: readonly FeedEntry[] = []
  #next = 0
  #cursor: unknown
  #isAtEnd = false
  #startedAt = 0
  /** What this scan has settled: all of it, as long as every page was old when it was read. */
  settled = Number.POSITIVE_INFINITY

  constructor(state: ShardState, parts: { source: FeedSource; clock: () => number; windowMs: number; from: number }) {
    this.state = state
    this.#source = parts.source
    this.#clock = parts.clock
    this.#windowMs = parts.windowMs
    this.#from = parts.from
  }

  /** The next entry, which `load` must have fetched; `undefined` at the end. */
  get head(): FeedEntry | undefined {
    return this.#page[this.#next]
  }

  get needsPage(): boolean {
    return this.head === undefined && !this.#isAtEnd
  }

  get startedAt(): number {
    return this.#startedAt
  }

  skip(): void {
    this.#next++
  }

  /** Fetches the next page that is not empty, or finds the end. */
  async load(): Promise<void> {
    while (this.needsPage) {
      const readAt = this.#clock()
      this.#startedAt ||= readAt
      const { entries, next } = await this.#source.page(this.state.shard, this.#from, this.#cursor)
      this.#page = entries
      this.#next = 0
      this.#cursor = next
      this.#isAtEnd = next === undefined
      // What lies later than this may become visible later than the page that passed it.
      const settledByThen = readAt - this.#windowMs
      const last = entries.at(-1)?.timestamp ?? Number.NEGATIVE_INFINITY
      if (this.#isAtEnd || last > settledByThen) this.settled = Math.min(this.settled, settledByThen)
    }
  }
}
