import { onAbort } from './abort-listeners.js'

/** Who goes first when every slot is taken. */
export type Priority = 'write' | 'recovery' | 'snapshot'

const ORDER: readonly Priority[] = ['write', 'recovery', 'snapshot']

interface Waiter {
  readonly admit: () => void
  readonly detach: () => void
}

/** Bounds the requests in flight: writes before recoveries before snapshots, first come first served among equals. */
export class Limiter {
  readonly #slots: number
  #taken = 0
  readonly #waiting: Record<Priority, Waiter[]> = { write: [], recovery: [], snapshot: [] }

  constructor(slots: number) {
    this.#slots = slots
  }

  /**
   * Runs the task when a slot is free.
   * @throws what the task throws, or the signal's reason when it aborts while waiting.
   */
  async run<T>(priority: Priority, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    if (this.#taken < this.#slots) this.#taken++
    else await this.#wait(priority, signal)
    try {
      return await task()
    } finally {
      this.#passOn()
    }
  }

  #wait(priority: Priority, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.#waiting[priority]
    return new Promise((resolve, reject) => {
      const abort = () => {
        queue.splice(queue.indexOf(waiter), 1)
        reject(signal?.reason)
      }
      const waiter: Waiter = { admit: resolve, detach: signal === undefined ? () => {} : onAbort(signal, abort) }
      queue.push(waiter)
    })
  }

  /** Hands the slot to the next waiter, so that nobody can slip in between; frees it when there is none. */
  #passOn(): void {
    for (const priority of ORDER) {
      const next = this.#waiting[priority].shift()
      if (next === undefined) continue
      next.detach()
      next.admit()
      return
    }
    this.#taken--
  }
}
