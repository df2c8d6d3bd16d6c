/** How long a way of sending is watched, in milliseconds, before it is judged. */
const WINDOW_MS = 100
/** And at least so many requests, or chance would decide. */
const MIN_REQUESTS = 50
/** Every so many windows the other way has one: what is better may change. */
const EXPLORE_EVERY = 32

type Way = 'grouped' | 'single'

const other = (way: Way): Way => (way === 'grouped' ? 'single' : 'grouped')

/**
 * Learns whether inserts that must wait are stored faster in groups or one by one, since not every endpoint gains by groups:
 * AWS takes 25 in hardly more time than one, DynamoDB Local takes longer for them. Counts the items stored in windows of time
 * in which there was always more to do than could be sent, and takes the way that stored more.
 */
export class GroupingChoice {
  readonly #now: () => number
  #way: Way = 'grouped'
  readonly #inFlight: Record<Way, number> = { grouped: 0, single: 0 }
  /** Items per millisecond, each new window counting as much as all before. */
  readonly #rates: Partial<Record<Way, number>> = {}
  #window: { readonly since: number; items: number; requests: number } | undefined
  #windows = 0

  /** @param now - milliseconds from any fixed point. */
  constructor(now: () => number) {
    this.#now = now
  }

  get isGrouping(): boolean {
    return this.#way === 'grouped'
  }

  /** A request goes out, one way or the other. */
  began(way: Way): void {
    this.#inFlight[way]++
  }

  /**
   * A request has ended.
   * @param items - how many items it stored.
   * @param isBusy - is there more to do than can be sent?
   */
  ended(way: Way, items: number, isBusy: boolean): void {
    this.#inFlight[way]--
    if (!isBusy) this.#window = undefined
    // The requests of the way before would be counted among those of this one.
    else if (this.#inFlight[other(this.#way)] === 0) this.#count(way, items)
  }

  #count(way: Way, items: number): void {
    if (this.#window === undefined) this.#window = { since: this.#now(), items: 0, requests: 0 }
    else if (way === this.#way) {
      this.#window.items += items
      this.#window.requests++
    }
    const elapsedMs = this.#now() - this.#window.since
    if (elapsedMs < WINDOW_MS || this.#window.requests < MIN_REQUESTS) return
    this.#judge(this.#window.items / elapsedMs)
    this.#window = undefined
  }

  #judge(rate: number): void {
    const before = this.#rates[this.#way] ?? rate
    this.#rates[this.#way] = (before + rate) / 2
    this.#windows++
    const { grouped, single } = this.#rates
    const isUnknown = grouped === undefined || single === undefined
    const better: Way = isUnknown ? other(this.#way) : grouped > single ? 'grouped' : 'single'
    this.#way = !isUnknown && this.#windows % EXPLORE_EVERY === 0 ? other(better) : better
  }
}
