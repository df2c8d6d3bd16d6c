import { PersistenceError } from './errors.js'
import type { QueryStream } from './read-journal.js'

/** Ends a stream that its consumer has left. */
class LeftByConsumer extends Error {
  override readonly name: string = 'LeftByConsumer'
}

/** The open streams of a read journal. */
export class QueryStreams {
  readonly #open = new Set<AbortController>()
  #closedBy: PersistenceError | undefined

  /** Makes a stream of a generator, which is given the signal that ends it, and begins with the first `next()`. */
  open<T>(generate: (signal: AbortSignal) => AsyncGenerator<T, void>, given?: AbortSignal): QueryStream<T> {
    return new Stream(generate, given, (stop) => {
      if (this.#closedBy !== undefined) throw this.#closedBy
      this.#open.add(stop)
      return () => this.#open.delete(stop)
    })
  }

  /** Ends all streams. */
  close(): void {
    if (this.#closedBy !== undefined) return
    this.#closedBy = new PersistenceError('The stream has ended, because the read journal has been closed.')
    for (const stop of this.#open) stop.abort(this.#closedBy)
  }
}

class Stream<T> implements QueryStream<T> {
  readonly #generate: (signal: AbortSignal) => AsyncGenerator<T, void>
  readonly #given: AbortSignal | undefined
  readonly #register: (stop: AbortController) => () => void
  readonly #stop = new AbortController()
  #generator: AsyncGenerator<T, void> | undefined
  #isLeft = false

  constructor(
    generate: (signal: AbortSignal) => AsyncGenerator<T, void>,
    given: AbortSignal | undefined,
    register: (stop: AbortController) => () => void,
  ) {
    this.#generate = generate
    this.#given = given
    this.#register = register
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<T, void>> {
    if (this.#isLeft) return { done: true, value: undefined }
    this.#generator ??= this.#run()
    try {
      return await this.#generator.next()
    } catch (error) {
      if (error instanceof LeftByConsumer) return { done: true, value: undefined }
      throw error
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#isLeft = true
    // A generator that waits would take notice only when it is done waiting.
    this.#stop.abort(new LeftByConsumer())
    await this.#generator?.return().catch((error) => {
      if (!(error instanceof LeftByConsumer)) throw error
    })
    return { done: true, value: undefined }
  }

  async *#run(): AsyncGenerator<T, void> {
    const given = this.#given
    given?.throwIfAborted()
    const unregister = this.#register(this.#stop)
    const abort = () => this.#stop.abort(given?.reason)
    given?.addEventListener('abort', abort)
    try {
      for await (const value of this.#generate(this.#stop.signal)) {
        this.#stop.signal.throwIfAborted()
        yield value
        this.#stop.signal.throwIfAborted()
      }
    } finally {
      given?.removeEventListener('abort', abort)
      unregister()
    }
  }
}
