import { randomUUID } from 'node:crypto'
import type { PersistedEvent } from 'nact'
import type { PersistentRepr } from '../persistent-repr.js'
import { MonotonicTimestamps } from '../timestamps.js'
import { WriteQueue } from './write-queue.js'

/** What the engine knows of a key that nact's own actors write. */
export class KeyState {
  readonly queue: WriteQueue<PersistentRepr>
  /** Reads under way: while there are any the state is not forgotten. */
  reads = 0
  /** Epoch milliseconds; a later snapshot is never stamped earlier. */
  snapshotTimestamp = 0
  /** Number of the last event that was recovered, or written since; `undefined` until there was a recovery. */
  coversTo: number | undefined
  readonly #key: string
  readonly #timestamps: MonotonicTimestamps
  #isRecovering = false
  #writerUuid: string = randomUUID()
  #createdAt = 0
  #lastTimestamp = 0

  constructor(key: string, write: (events: readonly PersistentRepr[]) => Promise<void>) {
    this.#key = key
    this.#timestamps = new MonotonicTimestamps(() => this.#createdAt)
    this.queue = new WriteQueue({
      persistenceId: key,
      send: async (events) => {
        await write(events)
        this.coversTo = events.at(-1)?.sequenceNr ?? this.coversTo
      },
      // nact gives the numbers, and leaves a gap after a failed persist; two incarnations never share a write.
      joins: (previous, next) => next.sequenceNr === previous.sequenceNr + 1 && next.writerUuid === previous.writerUuid,
    })
  }

  /** Latest timestamp that was given or seen, in epoch milliseconds. */
  get lastTimestamp(): number {
    return this.#lastTimestamp
  }

  /** The event as it is to be stored: nact's `createdAt` is the clock of its timestamp. */
  toRepr({ sequenceNumber, data, createdAt, tags, isDeleted }: PersistedEvent): PersistentRepr {
    this.#createdAt = Number.isFinite(createdAt) ? createdAt : Date.now()
    const timestamp = this.#timestamps.next()
    this.#lastTimestamp = timestamp
    return {
      persistenceId: this.#key,
      sequenceNr: sequenceNumber,
      payload: data,
      manifest: '',
      writerUuid: this.#writerUuid,
      timestamp,
      tags: [...(tags ?? [])],
      ...(isDeleted ? { deleted: true } : {}),
    }
  }

  /** No event is stamped at or before this, in epoch milliseconds. */
  observe(timestamp: number): void {
    this.#timestamps.observe(timestamp)
    this.#lastTimestamp = Math.max(this.#lastTimestamp, timestamp)
  }

  /**
   * nact asked for the latest snapshot: the next complete read of the events is a recovery. Should it fail and the actor be
   * resumed, then what it writes must not pass for a repetition of what the incarnation before it wrote: hence a new name now.
   */
  recoveryBegins(): void {
    this.#isRecovering = true
    this.#writerUuid = randomUUID()
  }

  /** A complete read begins: is it a recovery? */
  takeRecovery(): boolean {
    const isRecovery = this.#isRecovering
    this.#isRecovering = false
    return isRecovery
  }

  /**
   * The recovery has come to its end: writing is allowed again, under a name that no straggler of the time before has.
   *
   * @param coversTo - number of the last event.
   */
  recoveryEnds(coversTo: number): void {
    this.coversTo = coversTo
    this.#writerUuid = randomUUID()
    this.queue.unblock()
  }
}

/**
 * The keys of one engine. An actor does not say when it ends, so a key is forgotten when {@link MAX_IDLE_KEYS} others have been
 * in use since. What must survive is kept: a write block, writes and reads under way, timestamps ahead of the clock; for the
 * rest, `floor` keeps timestamps rising, and a new writerUuid is always safe (an old one, used by two, would not be).
 * So the bound is MAX_IDLE_KEYS, plus the keys under way, plus those whose write failed and that nobody has recovered since.
 */
export class KeyStates {
  static readonly MAX_IDLE_KEYS = 10_000
  readonly #write: (events: readonly PersistentRepr[]) => Promise<void>
  readonly #maxIdle: number
  readonly #states = new Map<string, KeyState>()
  /** Latest timestamp of any key that was forgotten, in epoch milliseconds. */
  #floor = 0

  /** @param write - stores events of one key atomically. */
  constructor(
    write: (events: readonly PersistentRepr[]) => Promise<void>,
    { maxIdle = KeyStates.MAX_IDLE_KEYS }: { readonly maxIdle?: number } = {},
  ) {
    this.#write = write
    this.#maxIdle = maxIdle
  }

  get size(): number {
    return this.#states.size
  }

  /** The state of a key, if there is any. */
  peek(key: string): KeyState | undefined {
    return this.#states.get(key)
  }

  /** The state of a key that is in use now. */
  use(key: string): KeyState {
    let state = this.#states.get(key)
    if (state === undefined) {
      state = new KeyState(key, this.#write)
      state.observe(this.#floor)
      this.#makeRoom()
    } else {
      this.#states.delete(key)
    }
    this.#states.set(key, state) // Last of all: the map's order is that of the latest use.
    return state
  }

  /** Forgets the key unused for longest. Those that must be kept go to the end: each is looked at once in a round. */
  #makeRoom(): void {
    const attempts = 2 // More than one key comes free for every one that comes in.
    for (let attempt = 0; attempt < attempts && this.#states.size >= this.#maxIdle; attempt += 1) {
      const [oldest] = this.#states
      if (oldest === undefined) return
      const [key, state] = oldest
      this.#states.delete(key)
      if (state.reads > 0 || state.queue.size > 0 || state.queue.blockedBy || state.lastTimestamp > Date.now()) {
        this.#states.set(key, state)
      } else {
        this.#floor = Math.max(this.#floor, state.lastTimestamp)
      }
    }
  }
}
