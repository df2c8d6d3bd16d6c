/** Lets one stream wait for a time, a poke, or its end. */
export class WakeUp {
  readonly #sleep: Sleep
  #isCalled = false
  #wake: (() => void) | undefined

  constructor(sleep: Sleep = realSleep) {
    this.#sleep = sleep
  }

  /** Ends the wait that is under way, or the next one. */
  call(): void {
    this.#isCalled = true
    this.#wake?.()
  }

  /**
   * Waits for `ms` milliseconds, or until somebody calls.
   * @throws the signal's reason, when it aborts.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#isCalled && ms > 0)
      await new Promise<void>((resolve) => {
        const done = () => {
          cancel()
          signal.removeEventListener('abort', done)
          this.#wake = undefined
          resolve()
        }
        const cancel = this.#sleep(ms, done)
        signal.addEventListener('abort', done)
        this.#wake = done
      })
    this.#isCalled = false
    signal.throwIfAborted()
  }
}

/** Calls `wake` after some milliseconds, unless what it returns is called before. */
export type Sleep = (ms: number, wake: () => void) => () => void

const realSleep: Sleep = (ms, wake) => {
  const timer = setTimeout(wake, ms)
  return () => clearTimeout(timer)
}
