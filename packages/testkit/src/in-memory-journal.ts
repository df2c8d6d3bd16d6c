import { isDeepStrictEqual } from 'node:util'
import {
  type AbortOptions,
  type AtomicWrite,
  checkAtomicWrite,
  checkPersistenceId,
  FencedError,
  type Journal,
  LEFT_OUT,
  PersistenceError,
  type PersistentRepr,
  type Replay,
  type ReplayRange,
  type Serialization,
  SerializationError,
  type SerializedPayload,
  serialization,
  WriteRejectedError,
} from '@dynact/persistence'
import { copyingSerialization } from './copying-serialization.js'
import { WriteLog, writeLogs } from './write-log.js'

/** What {@link inMemoryJournal} takes. */
export interface InMemoryJournalOptions {
  /**
   * Turns payloads into bytes and back as a real journal does, so that a test notices what would not survive it. `false` keeps
   * the objects themselves.
   * @defaultValue `serialization()`
   */
  readonly serialization?: Serialization | false | undefined
}

interface StoredEvent {
  readonly event: PersistentRepr
  /** `undefined` where nothing is serialized: then `event.payload` is the payload. */
  readonly payload: SerializedPayload | undefined
  /** First and last sequence number of its atomic write. */
  readonly first: number
  readonly last: number
}

interface History {
  /** In the order of their sequence numbers. */
  events: StoredEvent[]
  highest: number
  deletedTo: number
}

/** Index of the first event at or above a sequence number. */
const indexFrom = (events: readonly StoredEvent[], sequenceNr: number): number => {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle]?.event.sequenceNr ?? 0) < sequenceNr) low = middle + 1
    else high = middle
  }
  return low
}

class InMemoryJournal implements Journal {
  readonly #serialization: Serialization | undefined
  readonly #histories = new Map<string, History>()
  readonly #log = new WriteLog()
  #isClosed = false

  constructor(usedSerialization: Serialization | undefined) {
    this.#serialization = usedSerialization
    writeLogs.set(this, this.#log)
  }

  async writeEvents(write: AtomicWrite, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    this.#checkWrite(write)
    const stored = await this.#serialize(write)
    signal?.throwIfAborted()
    // From here on nothing is awaited: the check and the change are one.
    const history = this.#histories.get(write.persistenceId) ?? { events: [], highest: 0, deletedTo: 0 }
    if (this.#isFree(history, write, stored)) {
      history.events.splice(indexFrom(history.events, stored[0]?.first ?? 0), 0, ...stored)
      history.highest = Math.max(history.highest, stored[0]?.last ?? 0)
      this.#histories.set(write.persistenceId, history)
      const { first = 0, last = 0 } = stored[0] ?? {}
      this.#log.add({ persistenceId: write.persistenceId, first, last })
    }
  }

  replayEvents(persistenceId: string, range: ReplayRange = {}, { signal }: AbortOptions = {}): Replay {
    let settle: { resolve: (highest: number) => void; reject: (error: unknown) => void } | undefined
    const highestSequenceNr = new Promise<number>((resolve, reject) => {
      settle = { resolve, reject }
    })
    highestSequenceNr.catch(() => {})
    let isUsed = false
    const iterate = async function* (this: InMemoryJournal) {
      if (isUsed) throw new PersistenceError(`${persistenceId}: a replay can be iterated once only.`, { persistenceId })
      isUsed = true
      try {
        yield* this.#replay(persistenceId, range, signal)
      } catch (error) {
        settle?.reject(error)
        throw error
      } finally {
        settle?.resolve(this.#histories.get(persistenceId)?.highest ?? 0)
      }
    }
    return { highestSequenceNr, [Symbol.asyncIterator]: () => iterate.call(this) }
  }

  async readHighestSequenceNr(persistenceId: string, _from?: number, { signal }: AbortOptions = {}): Promise<number> {
    this.#checkUse(persistenceId, signal)
    return this.#histories.get(persistenceId)?.highest ?? 0
  }

  async readDeletedToSequenceNr(persistenceId: string, { signal }: AbortOptions = {}): Promise<number> {
    this.#checkUse(persistenceId, signal)
    return this.#histories.get(persistenceId)?.deletedTo ?? 0
  }

  async deleteEventsTo(persistenceId: string, toSequenceNr: number, { signal }: AbortOptions = {}): Promise<void> {
    this.#checkUse(persistenceId, signal)
    const history = this.#histories.get(persistenceId)
    if (history === undefined) return
    history.deletedTo = Math.max(history.deletedTo, Math.min(toSequenceNr, history.highest))
    history.events.splice(0, indexFrom(history.events, history.deletedTo + 1))
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #checkUse(persistenceId: string, signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (this.#isClosed) {
      throw new PersistenceError(`${persistenceId}: this in-memory journal has been closed.`, { persistenceId })
    }
    checkPersistenceId(persistenceId)
  }

  /** @throws {@link WriteRejectedError} it can't be stored by this journal, or by any. */
  #checkWrite(write: AtomicWrite): void {
    const { persistenceId, events } = write
    try {
      this.#checkUse(persistenceId, undefined)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const facts = { persistenceId, sequenceNr: events[0]?.sequenceNr, cause }
      throw new WriteRejectedError(`${why} Nothing was written.`, facts)
    }
    checkAtomicWrite(write)
  }

  #serialize({ persistenceId, events }: AtomicWrite): Promise<StoredEvent[]> {
    const first = events[0]?.sequenceNr ?? 0
    const last = events.at(-1)?.sequenceNr ?? 0
    // All at once, so that what the caller changes afterwards is not stored.
    return Promise.all(
      events.map(async (event): Promise<StoredEvent> => {
        const { sequenceNr } = event
        try {
          const payload = await this.#serialization?.serialize(event.payload, {
            persistenceId,
            sequenceNr,
            kind: 'event',
          })
          const kept = payload === undefined ? event : { ...event, payload: undefined }
          return { event: { ...kept, tags: [...event.tags] }, payload, first, last }
        } catch (cause) {
          const why = cause instanceof SerializationError ? cause.message : String(cause)
          throw new WriteRejectedError(`${why} Nothing was written.`, { persistenceId, sequenceNr, cause })
        }
      }),
    )
  }

  /**
   * @returns `false` when all of it is there already, written by an earlier try of the same writer.
   * @throws {@link FencedError} a number is taken.
   */
  #isFree(history: History, { persistenceId }: AtomicWrite, stored: readonly StoredEvent[]): boolean {
    const { first = 0, last = 0 } = stored[0] ?? {}
    const from = indexFrom(history.events, first)
    const there = history.events.slice(from, indexFrom(history.events, last + 1))
    if (there.length === 0 && first > history.deletedTo) return true
    const isOurs = (mine: StoredEvent, index: number) => {
      const other = there[index]
      return (
        other !== undefined &&
        isDeepStrictEqual(mine, { ...other, event: { ...other.event, timestamp: mine.event.timestamp } })
      )
    }
    if (there.length === stored.length && stored.every(isOurs)) return false
    const taken = there[0]?.event
    const sequenceNr = taken?.sequenceNr ?? first
    const writerUuid = taken?.writerUuid ?? ''
    const who = taken === undefined ? 'a deleted event' : `writer ${writerUuid}`
    throw new FencedError(
      `${persistenceId}: event ${sequenceNr} belongs to ${who}, so nothing was written. Recover, then write again.`,
      { persistenceId, sequenceNr, writerUuid },
    )
  }

  async *#replay(persistenceId: string, range: ReplayRange, signal: AbortSignal | undefined) {
    const { fromSequenceNr = 1, toSequenceNr = Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range
    this.#checkUse(persistenceId, signal)
    const events = () => this.#histories.get(persistenceId)?.events ?? []
    // Limits apply to what is stored, and only then is a write left out that they cut.
    const start = indexFrom(events(), fromSequenceNr)
    const selected = events().slice(start, Math.min(start + max, indexFrom(events(), toSequenceNr + 1)))
    const lastSelected = selected.at(-1)?.event.sequenceNr ?? 0
    for (const { event, payload, last } of selected) {
      if (last > lastSelected) return
      signal?.throwIfAborted()
      const { sequenceNr } = event
      const value =
        payload === undefined
          ? event.payload
          : await this.#serialization?.deserialize(payload, { persistenceId, sequenceNr, kind: 'event' })
      if (value === LEFT_OUT) continue
      yield { ...event, payload: value }
    }
  }
}

/**
 * A journal that keeps events in memory: fenced, atomic, and serializing like a real one, for tests of persistent actors.
 * Restart an actor on the same journal to see it recover.
 *
 * @example
 * ```ts
 * const system = start(configurePersistence(persistenceEngine({ journal: inMemoryJournal() })))
 * ```
 */
export const inMemoryJournal = (options: InMemoryJournalOptions = {}): Journal =>
  new InMemoryJournal(
    options.serialization === false ? undefined : copyingSerialization(options.serialization ?? serialization()),
  )
