interface Entry<T> {
  readonly value: T
  /** Not used from then on, by the clock. */
  readonly expiresAt: number
}

/** How much, and how long. */
export interface KeyCacheOptions {
  readonly maxEntries: number
  readonly ttlMs: number
  /**
   * Milliseconds from any fixed point.
   * @defaultValue performance.now
   */
  readonly now?: (() => number) | undefined
}

/** Remembers values by id for a while; of too many, those used last. */
export class KeyCache<T> {
  readonly #maxEntries: number
  readonly #ttlMs: number
  readonly #now: () => number
  /** The one used last at the end. */
  readonly #entries = new Map<string, Entry<T>>()

  constructor({ maxEntries, ttlMs, now = () => performance.now() }: KeyCacheOptions) {
    this.#maxEntries = maxEntries
    this.#ttlMs = ttlMs
    this.#now = now
  }

  get(id: string): T | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    if (entry.expiresAt <= this.#now()) return undefined
    this.#entries.set(id, entry)
    return entry.value
  }

  set(id: string, value: T): void {
    this.#entries.delete(id)
    this.#entries.set(id, { value, expiresAt: this.#now() + this.#ttlMs })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) return
      this.#entries.delete(oldest)
    }
  }

  delete(id: string): void {
    this.#entries.delete(id)
  }

  /** Deletes it only if it is still this one. */
  deleteValue(id: string, value: T): void {
    if (this.#entries.get(id)?.value === value) this.#entries.delete(id)
  }
}
