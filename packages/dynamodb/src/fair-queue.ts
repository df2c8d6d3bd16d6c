import { RecencyMap } from './recency-map.js'

/** A queue of many parties, each in its own order: they take turns, so that a busy one does not keep the others waiting. */
export class FairQueue<T> {
  /** The parties in the order of their next turns; none has an empty list. */
  readonly #parties = new RecencyMap<string, T[]>()

  push(party: string, entry: T): void {
    const entries = this.#parties.get(party)
    if (entries === undefined) this.#parties.set(party, [entry])
    else entries.push(entry)
  }

  /** Takes out the first entry of the party whose turn it is. */
  shift(): T | undefined {
    const next = this.#parties.oldest
    if (next === undefined) return undefined
    const { key: party, value: entries } = next
    const entry = entries.shift()
    if (entries.length > 0) this.#parties.set(party, entries)
    else this.#parties.delete(party)
    return entry
  }

  /** Takes out an entry that does not want its turn any more. */
  remove(party: string, entry: T): void {
    const entries = this.#parties.get(party) ?? []
    const index = entries.indexOf(entry)
    if (index >= 0) entries.splice(index, 1)
    if (entries.length === 0) this.#parties.delete(party)
  }
}
