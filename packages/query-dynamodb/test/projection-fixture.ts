import type { EventEnvelope, Offset, ProjectionSource, ProjectionStatus } from '@dynact/query-dynamodb'
import { deferred } from '../../../tools/test-support/deferred.js'

/** An envelope whose offset is its place in the list, as a sequence offset. */
export const envelope = (place: number, persistenceId = 'a', sequenceNr = place): EventEnvelope<number> => ({
  offset: { sequenceNr: place },
  persistenceId,
  sequenceNr,
  event: place,
  manifest: '',
  timestamp: 1_000 + place,
  tags: [],
  slice: 0,
})

/** So many envelopes, numbered from 1. */
export const envelopes = (count: number): EventEnvelope<number>[] =>
  Array.from({ length: count }, (_, index) => envelope(index + 1))

/** A list of envelopes as a source. With `live` it waits at the end for its signal. */
export const listSource = (all: readonly EventEnvelope<number>[], { live = false } = {}): ProjectionSource<number> =>
  async function* (offset: Offset, { signal }) {
    yield* all.slice(offset.sequenceNr ?? 0)
    if (live) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  }

/** Keeps what a projection tells, and lets a test wait for it. */
export const statusLog = () => {
  const log: ProjectionStatus[] = []
  const waiting: { type: ProjectionStatus['type']; resolve: () => void }[] = []
  return {
    log,
    types: () => log.map(({ type }) => type),
    onStatus: (status: ProjectionStatus) => {
      log.push(status)
      for (const waiter of waiting) if (waiter.type === status.type) waiter.resolve()
    },
    /** The next one of this type. */
    next: (type: ProjectionStatus['type']): Promise<void> => {
      const { promise, resolve } = deferred()
      waiting.push({ type, resolve: () => resolve() })
      return promise
    },
  }
}

/** Time that passes when the test says so; chance that is always 0. */
export class FakeTime {
  #now = 1_000_000
  readonly #timers = new Set<{ at: number; call: () => void }>()
  readonly random = () => 0
  readonly now = () => this.#now

  readonly after = (ms: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + ms, call }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How long the pauses are that are waited for. */
  get waiting(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now)
  }

  /** Lets so many milliseconds pass. */
  pass(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers)
      if (timer.at <= this.#now) {
        this.#timers.delete(timer)
        timer.call()
      }
  }
}

/** Pauses take no time. */
export const noPauses = {
  now: Date.now,
  random: () => 0,
  after: (_ms: number, call: () => void) => {
    const soon = setImmediate(call)
    return () => clearImmediate(soon)
  },
}
