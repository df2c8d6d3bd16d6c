/** Something that waits until a point in time at most. */
export interface Expiring {
  /** By the clock of the {@link Expiry}; may be infinite. */
  readonly expiresAt: number
  /** Takes it out of what waits. */
  expire(): void
}

/** So many milliseconds lie between two looks at least, so that looking stays cheap when a great many wait. */
const LOOK_EVERY_MS = 10

/** Ends the waiting of those whose time has come, by one timer for all: one each would cost more than what they wait for. */
export class Expiry {
  readonly #waiting: Iterable<Expiring>
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined
  #looksAt = Number.POSITIVE_INFINITY

  /** @param waiting - all who wait, as they are whenever it is read. */
  constructor(waiting: Iterable<Expiring>, now: () => number) {
    this.#waiting = waiting
    this.#now = now
  }

  /** Somebody waits until then. */
  covers(expiresAt: number): void {
    if (expiresAt >= this.#looksAt || expiresAt === Number.POSITIVE_INFINITY) return
    clearTimeout(this.#timer)
    this.#looksAt = expiresAt
    // Connections keep the process alive while something is under way; the timer of those that have gone must not.
    this.#timer = setTimeout(() => this.#look(), Math.max(LOOK_EVERY_MS, expiresAt - this.#now())).unref()
  }

  #look(): void {
    this.#looksAt = Number.POSITIVE_INFINITY
    const now = this.#now()
    let next = Number.POSITIVE_INFINITY
    for (const waiter of this.#waiting) {
      if (waiter.expiresAt <= now) waiter.expire()
      else next = Math.min(next, waiter.expiresAt)
    }
    this.covers(next)
  }
}
