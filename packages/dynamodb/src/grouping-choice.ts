/** How long a way of sending is watched, in milliseconds, before it is judged. */
const WINDOW_MS = 100
/** And at least so many requests and items, or chance would decide. */
const MIN_REQUESTS = 50
const MIN_ITEMS = 1_000
/** Groups must store so many times as much as single ones: less may be chance, and makes nothing faster. */
const MARGIN = 1.1
/** The other way is looked at again and again, since what is better may change: that may cost this share of what could be stored, */
const LOOKS_COST = 0.01
/** and comes after so many times as long as the last look took at least, however little there is to lose. */
const LOOK_AFTER = 4

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
  /** When the present way was taken. */
  #takenAt: number
  /** It was taken for one window, to compare. */
  #isLook = false
  #looksAt = 0

  /** @param now - milliseconds from any fixed point. */
  constructor(now: () => number) {
    this.#now = now
    this.#takenAt = now()
  }

  get isGrouping(): boolean {
    return this.#way === 'grouped'
  }

  /** A request goes out, one way or the other. */
  began(way: Way): void {
    this.#inFlight[way]++
    // Not from the first answer on: those of many groups may all come at once, after a second of work.
    if (way === this.#way && this.#inFlight[other(way)] === 0)
      this.#window ??= { since: this.#now(), items: 0, requests: 0 }
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
    const window = this.#window
    if (window === undefined || way !== this.#way) return
    window.items += items
    window.requests++
    const { items: stored, requests } = window
    const elapsedMs = this.#now() - window.since
    if (elapsedMs < WINDOW_MS || requests < MIN_REQUESTS || stored < MIN_ITEMS) return
    this.#judge(stored / elapsedMs)
    this.#window = undefined
  }

  #judge(rate: number): void {
    const before = this.#rates[this.#way] ?? rate
    this.#rates[this.#way] = (before + rate) / 2
    const { grouped, single } = this.#rates
    if (grouped === undefined || single === undefined) return this.#look()
    const better: Way = grouped > MARGIN * single ? 'grouped' : 'single'
    const lost = 1 - Math.min(grouped, single) / Math.max(grouped, single)
    // Waiting for the requests of the way before is a part of what a look takes.
    const tookMs = this.#now() - this.#takenAt
    if (this.#isLook) this.#looksAt = this.#now() + tookMs * Math.max(LOOK_AFTER, lost / LOOKS_COST)
    else if (better === this.#way && this.#now() >= this.#looksAt) return this.#look()
    this.#isLook = false
    this.#take(better)
  }

  #look(): void {
    this.#isLook = true
    this.#take(other(this.#way))
  }

  #take(way: Way): void {
    if (way === this.#way) return
    this.#way = way
    this.#takenAt = this.#now()
  }
}
