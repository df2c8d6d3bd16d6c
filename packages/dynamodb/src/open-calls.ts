/** The calls under way of something that can be closed. A call may take several requests: closing waits for all of it. */
export class OpenCalls {
  #running = 0
  /** Called when nothing runs any more. */
  #onIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  /** Has `close` been called? Then nothing more may be run. */
  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** Runs a call, and counts it until it has settled. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const running = call()
    this.#running++
    running.then(this.#ended, this.#ended)
    return running
  }

  /** Waits for the calls under way, then finishes. Idempotent. */
  close(finish: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#idle().then(finish)
    return this.#closing
  }

  readonly #ended = (): void => {
    this.#running--
    if (this.#running === 0) this.#onIdle?.()
  }

  async #idle(): Promise<void> {
    if (this.#running > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
  }
}
