/** The calls under way of something that can be closed. A call may take several requests: closing waits for all of it. */
export class OpenCalls {
  readonly #running = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** Has `close` been called? Then nothing more may be run. */
  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** Runs a call, and remembers it until it has settled. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const running = call()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Waits for the calls under way, then finishes. Idempotent. */
  close(finish: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(finish)
    return this.#closing
  }
}
