import type { KeyRing } from './key-ring.js'
import type { DataKey } from './key-store.js'
import type { KeyWrap } from './key-wrap.js'

/** A ring of wrapped keys that unwraps each when it is first needed, once. */
export class UnwrappedRing {
  readonly ring: KeyRing
  readonly #persistenceId: string
  readonly #unwrap: KeyWrap['unwrap']
  readonly #unwrapped = new Map<number, Promise<Uint8Array>>()

  constructor(persistenceId: string, ring: KeyRing, unwrap: KeyWrap['unwrap']) {
    this.#persistenceId = persistenceId
    this.ring = ring
    this.#unwrap = unwrap
  }

  async get(version: number): Promise<DataKey | undefined> {
    const wrapped = this.ring.keys.get(version)
    if (wrapped === undefined) return undefined
    let unwrapping = this.#unwrapped.get(version)
    if (unwrapping === undefined) {
      unwrapping = this.#unwrapNow(wrapped, version)
      this.#unwrapped.set(version, unwrapping)
    }
    try {
      return { version, key: await unwrapping }
    } catch (error) {
      // A key service may answer the next time.
      this.#unwrapped.delete(version)
      throw error
    }
  }

  async #unwrapNow(wrapped: Uint8Array, version: number): Promise<Uint8Array> {
    return this.#unwrap(wrapped, { persistenceId: this.#persistenceId, version })
  }
}
