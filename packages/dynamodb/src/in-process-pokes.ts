import type { EventPoke, EventPokes } from '@dynact/persistence'

class InProcessPokes implements EventPokes {
  readonly #listeners = new Set<(poke: EventPoke) => void>()

  poke(poke: EventPoke): void {
    for (const listener of this.#listeners) listener(poke)
  }

  subscribe(listener: (poke: EventPoke) => void): () => void {
    // A function of its own, so that the same listener can subscribe twice.
    const own = (poke: EventPoke) => listener(poke)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }
}

const shared = new Map<string, EventPokes>()

/**
 * The pokes of all journals of this process with the same table and name. Endpoints are not told apart, since a client tells its
 * own too late: a poke from another one lets a query look for what is not there, and no more.
 */
export const inProcessPokes = (table: string, journalName: string): EventPokes => {
  const key = `${table} ${journalName}`
  const known = shared.get(key)
  if (known !== undefined) return known
  const pokes = new InProcessPokes()
  shared.set(key, pokes)
  return pokes
}
