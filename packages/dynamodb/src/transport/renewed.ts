/** What ends is renewed this long before: a little later than the SDK's own store of credentials, which is asked, begins to. */
const RENEW_BEFORE_MS = 290_000
/** Between attempts to renew what is still valid. */
const RETRY_MS = 1_000

/**
 * Something that expires, with its credentials, and is looked up anew before. What is still valid is used meanwhile; one waits
 * only when there is nothing valid, and all for the same look-up.
 */
export class Renewed<T extends { readonly expiresMs: number }> {
  readonly #lookUp: (wasRefused: boolean) => Promise<T>
  #known: T | undefined
  #renewAtMs = 0
  #renewing: Promise<T> | undefined
  #wasRefused = false

  /** @param lookUp - is told whether the service has refused the last one, though it had not expired. */
  constructor(lookUp: (wasRefused: boolean) => Promise<T>) {
    this.#lookUp = lookUp
  }

  /**
   * What is valid now, at once, when it is known; else what a look-up finds, even if it seems to have expired: our clock may be
   * wrong, and nothing newer is to be had.
   *
   * @throws what the look-up throws, when nothing valid is known.
   */
  get(nowMs: number): T | Promise<T> {
    const known = this.#known
    if (known === undefined || nowMs >= known.expiresMs) return this.#renew(nowMs)
    if (nowMs >= this.#renewAtMs) {
      this.#renewAtMs = nowMs + RETRY_MS
      // The known one is good for a while yet; when it no longer is, the failure is that of the request.
      this.#renew(nowMs).catch(() => undefined)
    }
    return known
  }

  /** The service says that it has expired: it is not used again, whatever its own time says. */
  refuse(refused: T): void {
    if (this.#known !== refused) return
    this.#known = undefined
    this.#wasRefused = true
  }

  #renew(nowMs: number): Promise<T> {
    this.#renewing ??= this.#find(nowMs).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #find(nowMs: number): Promise<T> {
    const found = await this.#lookUp(this.#wasRefused)
    this.#wasRefused = false
    this.#known = found
    this.#renewAtMs = found.expiresMs - Math.min(RENEW_BEFORE_MS, (found.expiresMs - nowMs) / 2)
    return found
  }
}
