/**
 * The writes of one persistence id, in order: one in flight, and what is added meanwhile goes out as one atomic write. So an
 * acknowledged event never stands behind a missing one:
 * - a rejected write of several callers is written again caller by caller, and only the guilty one is rejected;
 * - after any other failure the outcome is open: the queue is *blocked*, everything behind is refused until `unblock()`.
 */
import {
  isPersistenceError,
  isWriteRejection,
  type PersistenceError,
  WriteRejectedError,
  WriteUncertainError,
} from '../errors.js'

/** As many events of different callers join in one write; one caller's events are never split, however many. */
const MAX_JOINED_EVENTS = 25

interface Job<E> {
  readonly events: readonly E[]
  readonly resolve: () => void
  readonly reject: (error: PersistenceError) => void
}

/** What a {@link WriteQueue} needs. */
export interface WriteQueueOptions<E> {
  /** Named in errors. */
  readonly persistenceId: string
  /** Writes events atomically. Never called before the call before it has settled. */
  readonly send: (events: readonly E[]) => Promise<void>
  /**
   * May `next` follow `previous` in the same write?
   * @defaultValue always
   */
  readonly joins?: (previous: E, next: E) => boolean
  /** Told when the queue is blocked, before the callers are. */
  readonly onBlocked?: (error: PersistenceError) => void
}

/** The writes of one persistence id: see the head of this file. */
export class WriteQueue<E> {
  readonly #options: WriteQueueOptions<E>
  #waiting: Job<E>[] = []
  #isDraining = false
  #size = 0
  #blockedBy: PersistenceError | undefined
  #settled: Promise<void> = Promise.resolve()

  constructor(options: WriteQueueOptions<E>) {
    this.#options = options
  }

  /** Why nothing may be written before `unblock()`; `undefined` while the queue is open. */
  get blockedBy(): PersistenceError | undefined {
    return this.#blockedBy
  }

  /** How many events wait or are in flight. */
  get size(): number {
    return this.#size
  }

  /**
   * Adds the events of one caller, to be stored all or none. The promise is never an unhandled rejection.
   *
   * @throws {@link WriteRejectedError} nothing of them was written; or an earlier write failed and the queue is blocked.
   * @throws {@link FencedError} another writer holds one of the sequence numbers.
   * @throws {@link WriteUncertainError} the outcome is unknown, or the journal failed in a way of its own (see `cause`).
   */
  add(events: readonly E[]): Promise<void> {
    const added = new Promise<void>((resolve, reject) => {
      if (this.#blockedBy !== undefined) return reject(this.#refusal(this.#blockedBy))
      this.#waiting.push({ events, resolve, reject })
      this.#size += events.length
    })
    this.#settled = added.catch(() => {})
    if (!this.#isDraining && this.#waiting.length > 0) {
      this.#isDraining = true
      // Not at once: what the same tick adds shares the first write too.
      queueMicrotask(() => this.#drain())
    }
    return added
  }

  /** Resolves, never rejects, when everything added so far has been written or refused. */
  settled(): Promise<void> {
    return this.#settled
  }

  /** Lets writes through again: the actor has recovered. */
  unblock(): void {
    this.#blockedBy = undefined
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#take())
    this.#isDraining = false
  }

  /** The first job, and as many of those behind it as may share its write. */
  #take(): Job<E>[] {
    const { joins = () => true } = this.#options
    let count = 0
    let size = 0
    let previous: E | undefined
    for (const { events } of this.#waiting) {
      const next = events[0]
      if (count > 0 && size + events.length > MAX_JOINED_EVENTS) break
      if (previous !== undefined && next !== undefined && !joins(previous, next)) break
      count += 1
      size += events.length
      previous = events.at(-1)
    }
    return this.#waiting.splice(0, count)
  }

  async #write(jobs: readonly Job<E>[]): Promise<void> {
    try {
      await this.#options.send(jobs.flatMap(({ events }) => events))
    } catch (error) {
      if (!isWriteRejection(error)) return this.#block(jobs, error)
      if (jobs.length === 1) return this.#settle(jobs, (job) => job.reject(error))
      for (const job of jobs) {
        if (this.#blockedBy === undefined) await this.#write([job])
        else this.#refuse([job], this.#blockedBy)
      }
      return
    }
    this.#settle(jobs, (job) => job.resolve())
  }

  #block(jobs: readonly Job<E>[], cause: unknown): void {
    const { persistenceId, onBlocked } = this.#options
    const error = isPersistenceError(cause)
      ? cause
      : new WriteUncertainError(
          `${persistenceId}: the journal failed without saying what became of the write (${String(cause)}). Recover before writing again.`,
          { persistenceId, cause },
        )
    this.#blockedBy = error
    onBlocked?.(error)
    this.#settle(jobs, (job) => job.reject(error))
    const behind = this.#waiting
    this.#waiting = []
    this.#refuse(behind, error)
  }

  #refuse(jobs: readonly Job<E>[], first: PersistenceError): void {
    this.#settle(jobs, (job) => job.reject(this.#refusal(first)))
  }

  #refusal(cause: PersistenceError): WriteRejectedError {
    const { persistenceId } = this.#options
    return new WriteRejectedError(
      `${persistenceId}: not written, because an earlier write failed: ${cause.message} The actor must recover before it may write again.`,
      { persistenceId, cause },
    )
  }

  #settle(jobs: readonly Job<E>[], settle: (job: Job<E>) => void): void {
    for (const job of jobs) {
      this.#size -= job.events.length
      settle(job)
    }
  }
}
