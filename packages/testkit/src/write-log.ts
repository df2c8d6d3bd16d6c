import type { Journal } from '@dynact/persistence'

/** Which events one write stored. */
export interface LoggedWrite {
  readonly persistenceId: string
  readonly first: number
  readonly last: number
}

/** The writes of a journal in memory, in the order in which they were stored. */
export class WriteLog {
  readonly #writes: LoggedWrite[] = []
  readonly #listeners = new Set<() => void>()

  get writes(): readonly LoggedWrite[] {
    return this.#writes
  }

  add(write: LoggedWrite): void {
    this.#writes.push(write)
    for (const listener of this.#listeners) listener()
  }

  /**
   * Resolves when there are more than so many writes.
   * @throws the signal's reason, when it aborts.
   */
  async moreThan(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#writes.length <= count)
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#listeners.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        this.#listeners.add(done)
        signal.addEventListener('abort', done)
      })
    signal.throwIfAborted()
  }
}

/** Of every journal in memory. */
export const writeLogs = new WeakMap<Journal, WriteLog>()
