import type { PersistedEvent } from 'nact'

/** One step of {@link EventStream.reduce}; gets the settled accumulator. */
export type ReduceStep<A> = (previous: A, event: PersistedEvent, index: number) => A | PromiseLike<A>

/**
 * The stored events of one key, read lazily: nothing is requested before `reduce`, `then` or an iteration asks for it, and
 * each of these starts a read of its own.
 */
export interface EventStream extends AsyncIterable<PersistedEvent>, PromiseLike<PersistedEvent[]> {
  /**
   * Folds the events, one at a time: the next one is taken only after the step before has settled, so memory stays flat.
   * `index` counts the delivered events from 0. A step that gives `undefined` ends the read (nact's sign that a recovery was
   * given up), and `undefined` is the result.
   *
   * @param initial - may be a promise, as nact's is.
   * @throws whatever a step throws, and what the read fails with.
   */
  reduce<A>(step: ReduceStep<A>, initial: A | PromiseLike<A>): Promise<A>
  /**
   * Without an initial value the first event is the accumulator and steps start at index 1, as with arrays.
   *
   * @throws TypeError there is no event.
   */
  reduce(step: ReduceStep<PersistedEvent>): Promise<PersistedEvent>
}

/** Ways to consume the events that `read` gives. */
class LazyEventStream implements EventStream {
  readonly #read: () => AsyncIterable<PersistedEvent>

  constructor(read: () => AsyncIterable<PersistedEvent>) {
    this.#read = read
  }

  [Symbol.asyncIterator](): AsyncIterator<PersistedEvent> {
    return this.#read()[Symbol.asyncIterator]()
  }

  // biome-ignore lint/suspicious/noThenProperty: nact's engine interface has it: awaiting the stream gives all events.
  then<R = PersistedEvent[], E = never>(
    onFulfilled?: ((events: PersistedEvent[]) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#collect().then(onFulfilled, onRejected)
  }

  async reduce<A>(step: ReduceStep<A>, ...initial: readonly (A | PromiseLike<A>)[]): Promise<A> {
    let accumulator = (await initial[0]) as A
    // An `undefined` that was handed in is a value like any other, as with arrays; one that a step gives ends the read.
    let isStarted = initial.length > 0
    let index = 0
    for await (const event of this.#read()) {
      if (isStarted) {
        accumulator = await step(accumulator, event, index)
        if (accumulator === undefined) return accumulator
      } else {
        // Without an initial value the accumulator is an event: the overload says so.
        accumulator = event as A
        isStarted = true
      }
      index += 1
    }
    if (!isStarted) throw new TypeError('Reduce of an empty event stream with no initial value')
    return accumulator
  }

  async #collect(): Promise<PersistedEvent[]> {
    const events: PersistedEvent[] = []
    for await (const event of this.#read()) events.push(event)
    return events
  }
}

/**
 * @param read - starts one read; called once for every use of the stream.
 */
export const eventStream = (read: () => AsyncIterable<PersistedEvent>): EventStream => new LazyEventStream(read)
