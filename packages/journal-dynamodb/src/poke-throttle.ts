/** When a `PokeThrottle` is shut. */
export interface PokeLimit {
  /** Above so many events a second, on average, no pokes are sent. */
  readonly eventsPerSecond: number
  /** Over how many milliseconds the average is taken. */
  readonly overMs: number
}

/**
 * Decides whether a write is worth a poke. Where very much is written, each poke would cost a read of its own, and live queries
 * are busy anyway: they find the events by polling. The rate is an exponentially weighted average, as in Akka's r2dbc plugin.
 */
export class PokeThrottle {
  readonly #limit: PokeLimit
  readonly #now: () => number
  /** Events per millisecond. */
  #rate = 0
  #at: number

  /** @param now - milliseconds from any fixed point. */
  constructor(limit: PokeLimit, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
    this.#at = now()
  }

  /** Counts the events of a write, and says whether to poke for it. */
  allows(events: number): boolean {
    const now = this.#now()
    const { overMs, eventsPerSecond } = this.#limit
    this.#rate = this.#rate * Math.exp((this.#at - now) / overMs) + events / overMs
    this.#at = now
    return this.#rate * 1000 <= eventsPerSecond
  }
}
