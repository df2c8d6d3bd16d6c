/** As far as timers of Node's reach, in milliseconds: longer ones would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Tells when an actor has had nothing to do for so long; nact's own timer runs while an actor recovers after a reset, too. */
export class IdleTimer {
  readonly #afterMs: number
  readonly #onIdle: () => void
  #timeout: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  /** @param afterMs - milliseconds; 0: never. */
  constructor(afterMs: number, onIdle: () => void) {
    this.#afterMs = Math.min(afterMs, MAX_TIMEOUT_MS)
    this.#onIdle = onIdle
  }

  /** There is nothing to do: starts, or starts over. */
  start(): void {
    this.cancel()
    if (this.#afterMs === 0) return
    this.#timeout = setTimeout(() => {
      // After the messages that have been sent by now, each of which nact hands over in an immediate of its own.
      this.#immediate = setImmediate(this.#onIdle)
    }, this.#afterMs)
  }

  /** There is something to do, or nobody left to stop. */
  cancel(): void {
    clearTimeout(this.#timeout)
    clearImmediate(this.#immediate)
  }
}
