/**
 * Pulls a stream one event at a time in such a way that a wait for the next one can end before it comes: the pull then goes on,
 * and the next wait is for the same one.
 */
export class EventPull<T> {
  readonly #iterator: AsyncIterator<T>
  #pending: Promise<void> | undefined
  #settled: { readonly result: IteratorResult<T> } | { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(stream: AsyncIterable<T>) {
    this.#iterator = stream[Symbol.asyncIterator]()
  }

  /**
   * Waits for the next event, or for `interrupt`, whichever comes first.
   *
   * @param interrupt - is given what ends the wait; returns what to call when it is over.
   * @returns undefined when it was interrupted.
   */
  async next(interrupt: (end: () => void) => () => void): Promise<IteratorResult<T> | undefined> {
    this.#pending ??= this.#pull()
    if (this.#settled === undefined) {
      let release = (): void => undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        release = interrupt(resolve)
      })
      release()
      this.#wake = undefined
    }
    const settled = this.#settled
    if (settled === undefined) return undefined
    this.#settled = undefined
    this.#pending = undefined
    if ('error' in settled) throw settled.error
    return settled.result
  }

  /** Is an event being waited for? */
  get isPending(): boolean {
    return this.#pending !== undefined && this.#settled === undefined
  }

  /** Leaves the stream. Waits for what the stream does then; what it throws is no longer of interest. */
  async close(): Promise<void> {
    await this.#iterator.return?.().catch(() => undefined)
  }

  async #pull(): Promise<void> {
    try {
      this.#settled = { result: await this.#iterator.next() }
    } catch (error) {
      this.#settled = { error }
    }
    this.#wake?.()
  }
}
