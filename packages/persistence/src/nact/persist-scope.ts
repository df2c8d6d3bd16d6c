import { ObservedPromise } from './observed-promise.js'

interface Failure {
  readonly promise: ObservedPromise<void>
  readonly error: unknown
}

/**
 * The persists of one message, from its start to its end, and what became of them: a failure that nobody looks at must not
 * vanish, one that the handler dealt with is none.
 */
export class PersistScope {
  readonly #onLateFailure: (error: unknown) => void
  readonly #failures: Failure[] = []
  #isOver = false
  #undecided = 0
  #written = 0

  /** @param onLateFailure - told of a failure that nobody looks at, when the message is over already. */
  constructor(onLateFailure: (error: unknown) => void) {
    this.#onLateFailure = onLateFailure
  }

  /** Has the message been handled? */
  get isOver(): boolean {
    return this.#isOver
  }

  /** May there be events of this message in the journal? */
  get mayHaveWritten(): boolean {
    return this.#written + this.#undecided > 0
  }

  /** The first failure so far that nobody looked at. */
  get failure(): Failure | undefined {
    return this.#failures.find(({ promise }) => !promise.isObserved)
  }

  /** Watches a write. */
  track(write: Promise<void>): ObservedPromise<void> {
    const promise = ObservedPromise.of(write)
    this.#undecided += 1
    write.then(
      () => {
        this.#undecided -= 1
        this.#written += 1
      },
      (error: unknown) => {
        this.#undecided -= 1
        if (!this.#isOver) this.#failures.push({ promise, error })
        else
          queueMicrotask(() => {
            // By now, a caller that awaits it has begun to.
            if (!promise.isObserved) this.#onLateFailure(error)
          })
      },
    )
    return promise
  }

  /** The message has been handled. */
  end(): void {
    this.#isOver = true
  }
}
