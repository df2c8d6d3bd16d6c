/** Tells the time in epoch milliseconds; `Date.now` is one. */
export type Clock = () => number

/**
 * Stamps the events of one id, so that every stamp is later than the one before it even where the clock stands still or
 * steps back: max(now, last + 1 µs).
 */
export class MonotonicTimestamps {
  readonly #clock: Clock
  #lastMicros = 0

  constructor(clock: Clock = Date.now) {
    this.#clock = clock
  }

  /** The next stamp, in epoch milliseconds with a fraction. */
  next(): number {
    this.#lastMicros = Math.max(Math.round(this.#clock() * 1000), this.#lastMicros + 1)
    return this.#lastMicros / 1000
  }

  /** No later stamp may be at or before this one, in epoch milliseconds: that of a recovered event or snapshot. */
  observe(timestamp: number): void {
    this.#lastMicros = Math.max(this.#lastMicros, Math.round(timestamp * 1000))
  }
}
