import type { EventPoke } from '@dynact/persistence'
import { RecencyMap } from './recency-map.js'

/** Longer than the index takes to tell of a write. */
const KEPT_MS = 120_000
/** Bounds the memory: about 150 bytes each. Beyond it the oldest are forgotten, which the index has had longest to tell of. */
const MAX_IDS = 50_000

/**
 * The last acknowledged write of every id that this process has written in the last two minutes: a query that ends at "now" looks
 * at them too, since the index may not tell of them yet.
 */
export class RecentWrites {
  readonly #now: () => number
  readonly #writes = new RecencyMap<string, { readonly poke: EventPoke; readonly at: number }>()

  /** @param now - milliseconds from any fixed point. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  add(poke: EventPoke): void {
    const at = this.#now()
    this.#writes.set(poke.persistenceId, { poke, at })
    for (;;) {
      const { oldest } = this.#writes
      if (oldest === undefined || (this.#writes.size <= MAX_IDS && at - oldest.value.at <= KEPT_MS)) return
      this.#writes.delete(oldest.key)
    }
  }

  /** Those of the last two minutes. */
  list(): EventPoke[] {
    const oldest = this.#now() - KEPT_MS
    return [...this.#writes.values()].filter(({ at }) => at >= oldest).map(({ poke }) => poke)
  }
}

const shared = new Map<string, RecentWrites>()

/** Those of all journals of this process with the same table and name. */
export const recentWrites = (table: string, journalName: string): RecentWrites => {
  const key = `${table} ${journalName}`
  const known = shared.get(key)
  if (known !== undefined) return known
  const writes = new RecentWrites()
  shared.set(key, writes)
  return writes
}
