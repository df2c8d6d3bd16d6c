/** Linked to its neighbours, from the one set longest ago to the one set last. */
interface Entry<K, V> {
  readonly key: K
  readonly value: V
  older: Entry<K, V> | undefined
  newer: Entry<K, V> | undefined
}

/**
 * A map that knows which of its keys was set longest ago, however many have come and gone. A plain `Map` has that key in front, but
 * looks for it from the start each time, past the places of all that were deleted there: of 100,000 ids, 150 µs. An iterator that
 * stays there instead keeps all of these places in memory.
 */
export class RecencyMap<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>()
  #oldest: Entry<K, V> | undefined
  #newest: Entry<K, V> | undefined

  get size(): number {
    return this.#entries.size
  }

  /** The entry that was set longest ago. */
  get oldest(): { readonly key: K; readonly value: V } | undefined {
    return this.#oldest
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value
  }

  /** From now on it is the one set last. */
  set(key: K, value: V): void {
    this.delete(key)
    const entry: Entry<K, V> = { key, value, older: this.#newest, newer: undefined }
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.#entries.set(key, entry)
  }

  delete(key: K): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    this.#entries.delete(key)
  }

  /** The one set longest ago first. */
  *values(): Generator<V, void> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) yield entry.value
  }
}
