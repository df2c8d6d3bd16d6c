/**
 * A promise that knows whether anybody waits for it, so that a failure that nobody looks at can be told from one that is being
 * handled. Its rejection is never an unhandled one. `await` and the combinators call `then` of a subclass; they would not call
 * an own `then` of a plain promise.
 */
export class ObservedPromise<T> extends Promise<T> {
  #observed = false

  /** What `then` gives is a plain promise: an unhandled rejection of *that* one is its maker's business. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** @param source - what it stands for. */
  static of<T>(source: Promise<T>): ObservedPromise<T> {
    const promise = new ObservedPromise<T>((resolve, reject) => {
      source.then(resolve, reject)
    })
    Promise.prototype.then.call(promise, undefined, () => {})
    return promise
  }

  /** Has anybody called `then`, `catch` or `finally`, or awaited it? */
  get isObserved(): boolean {
    return this.#observed
  }

  // biome-ignore lint/suspicious/noThenProperty: observing `then` is what this class is for.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observed = true
    return super.then(onFulfilled, onRejected)
  }
}
