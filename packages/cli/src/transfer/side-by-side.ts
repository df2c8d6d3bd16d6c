/** So much of a source that is not yet its turn is held. */
const HELD = 10

/** A source that is read before its turn, so far as it may be. */
class Ahead<T> {
  readonly #source: AsyncGenerator<T, void>
  readonly #held: T[] = []
  /** Is there more behind what is held? */
  readonly #hasMore: Promise<boolean>

  constructor(source: AsyncGenerator<T, void>) {
    this.#source = source
    this.#hasMore = this.#fill()
    // It may fail before its turn.
    this.#hasMore.catch(() => undefined)
  }

  async *all(): AsyncGenerator<T, void> {
    const hasMore = await this.#hasMore
    yield* this.#held
    if (hasMore) yield* this.#source
  }

  close(): Promise<unknown> {
    return this.#source.return()
  }

  async #fill(): Promise<boolean> {
    while (this.#held.length < HELD) {
      const next = await this.#source.next()
      if (next.done === true) return false
      this.#held.push(next.value)
    }
    return true
  }
}

/**
 * Gives all of one source after the other, and begins to read the next ones meanwhile: one short history after the other would wait
 * for DynamoDB most of the time.
 *
 * @param atOnce - how many sources are read at a time.
 */
export async function* sideBySide<T>(
  sources: Iterable<AsyncGenerator<T, void>>,
  atOnce: number,
): AsyncGenerator<T, void> {
  const waiting = sources[Symbol.iterator]()
  const ahead: Ahead<T>[] = []
  const begin = (): void => {
    while (ahead.length < atOnce) {
      const next = waiting.next()
      if (next.done === true) return
      ahead.push(new Ahead(next.value))
    }
  }
  try {
    for (begin(); ahead[0] !== undefined; begin()) {
      yield* ahead[0].all()
      ahead.shift()
    }
  } finally {
    await Promise.allSettled(ahead.map((source) => source.close()))
  }
}
