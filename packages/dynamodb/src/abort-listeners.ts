/**
 * Waiting on signals of the user's that may live as long as the process and be given to thousands of calls at once. Each has
 * one listener of ours, however many wait: Node warns from the eleventh on. And none when nobody waits; what
 * `AbortSignal.any` makes of a signal that outlives it is not given back on Node 20.
 */
class Waiters {
  static readonly #of = new WeakMap<AbortSignal, Waiters>()
  readonly #signal: AbortSignal
  readonly #listeners = new Set<() => void>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  static of(signal: AbortSignal): Waiters {
    let waiters = Waiters.#of.get(signal)
    if (waiters === undefined) {
      waiters = new Waiters(signal)
      Waiters.#of.set(signal, waiters)
    }
    return waiters
  }

  add(listener: () => void): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#abort)
    this.#listeners.add(listener)
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size === 0) this.#signal.removeEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => {
    for (const listener of this.#listeners) listener()
  }
}

/**
 * Calls `listener` when the signal aborts, which it must not have done yet.
 * @returns what takes the listener back.
 */
export const onAbort = (signal: AbortSignal, listener: () => void): (() => void) => {
  const waiters = Waiters.of(signal)
  // A function of its own, so that the same listener can wait twice.
  const waiter = () => listener()
  waiters.add(waiter)
  return () => waiters.delete(waiter)
}
