/** Lets so many recoveries run at once; the others wait in the order in which they came. */
export class RecoverySlots {
  readonly #limit: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken
  }

  /**
   * Waits for a slot.
   *
   * @returns gives it back; calling it again does nothing.
   * @throws the signal's reason.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#taken >= this.#limit) await this.#turn(signal)
    else this.#taken += 1
    let isTaken = true
    return () => {
      if (isTaken) this.#release()
      isTaken = false
    }
  }

  /** Resolves when a slot has been handed over. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.delete(enter)
        reject(signal?.reason)
      }
      this.#waiting.add(enter)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  #release(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#taken -= 1
      return
    }
    this.#waiting.delete(next) // The slot goes from hand to hand.
    next()
  }
}
