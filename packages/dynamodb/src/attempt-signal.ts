/** Is told of an abort. */
export type AbortListener = (() => void) | { handleEvent(): void }

/** What is needed of an AbortSignal: every one will do. */
export interface Abortable {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: AbortListener): void
  removeEventListener(type: 'abort', listener: AbortListener): void
}

/**
 * The signal of one attempt, which ends it. Node's own, an EventTarget with all that belongs to it, costs more time to make than
 * a request takes to sign.
 */
export class AttemptSignal implements Abortable {
  aborted = false
  reason: unknown
  readonly #listeners: AbortListener[] = []

  /** Once. */
  abort(reason: unknown): void {
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners.splice(0)) {
      if (typeof listener === 'function') listener()
      else listener.handleEvent()
    }
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  addEventListener(_: 'abort', listener: AbortListener): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_: 'abort', listener: AbortListener): void {
    const index = this.#listeners.indexOf(listener)
    if (index >= 0) this.#listeners.splice(index, 1)
  }
}
