import { newKey } from './aes-gcm.js'
import { type KeyRing, NO_KEYS } from './key-ring.js'
import { type DataKey, keyForgotten, type ManagedKeyStore } from './key-store.js'

class InMemoryKeyStore implements ManagedKeyStore {
  readonly #rings = new Map<string, KeyRing>()

  async getOrCreate(persistenceId: string): Promise<DataKey> {
    return this.#newest(persistenceId) ?? this.#add(persistenceId)
  }

  async get(persistenceId: string, version?: number): Promise<DataKey | undefined> {
    const ring = this.#ringOf(persistenceId)
    const wanted = version ?? ring.version
    const key = ring.keys.get(wanted)
    return key && { version: wanted, key }
  }

  async forget(persistenceId: string): Promise<void> {
    const { version } = this.#ringOf(persistenceId)
    this.#rings.set(persistenceId, { version, forgottenTo: version, isForgotten: true, keys: new Map() })
  }

  async isForgotten(persistenceId: string, version: number): Promise<boolean> {
    const { isForgotten, forgottenTo } = this.#ringOf(persistenceId)
    return isForgotten || version <= forgottenTo
  }

  async rotate(persistenceId: string): Promise<DataKey> {
    return this.#add(persistenceId)
  }

  async revive(persistenceId: string): Promise<void> {
    const ring = this.#rings.get(persistenceId)
    if (ring !== undefined) this.#rings.set(persistenceId, { ...ring, isForgotten: false })
  }

  async close(): Promise<void> {}

  #ringOf(persistenceId: string): KeyRing {
    return this.#rings.get(persistenceId) ?? NO_KEYS
  }

  #newest(persistenceId: string): DataKey | undefined {
    const { version, keys } = this.#ringOf(persistenceId)
    const key = keys.get(version)
    return key && { version, key }
  }

  #add(persistenceId: string): DataKey {
    const ring = this.#ringOf(persistenceId)
    if (ring.isForgotten) throw keyForgotten(persistenceId)
    const added = { version: ring.version + 1, key: newKey() }
    this.#rings.set(persistenceId, {
      ...ring,
      version: added.version,
      keys: new Map([...ring.keys, [added.version, added.key]]),
    })
    return added
  }
}

/** Keys that are gone with the process, for tests. */
export const inMemoryKeyStore = (): ManagedKeyStore => new InMemoryKeyStore()
