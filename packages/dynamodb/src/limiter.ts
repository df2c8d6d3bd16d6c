import { onAbort } from './abort-listeners.js'
import { DeadlinePassedError, FailedAttempt, QueueFullError } from './errors.js'
import { type Expiring, Expiry } from './expiry.js'
import { FairQueue } from './fair-queue.js'

/** Who goes first when every slot is taken: writes before recoveries before snapshots before feeds. */
export type Priority = 'write' | 'recovery' | 'snapshot' | 'feed'

const ORDER: readonly Priority[] = ['write', 'recovery', 'snapshot', 'feed']

/** Whose turn a task waits for. */
export interface Turn {
  readonly priority: Priority
  /** Ids of the same priority take turns; what is for none counts as an id of its own. */
  readonly persistenceId?: string | undefined
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
}

/** How much a {@link Limiter} lets through. */
export interface LimiterOptions {
  /** The most tasks at once. */
  readonly slots: number
  /** The most that may wait; what comes then is refused. */
  readonly maxQueued: number
  /**
   * Milliseconds from any fixed point.
   * @defaultValue performance.now
   */
  readonly now?: () => number
}

interface Waiter extends Expiring {
  readonly admit: () => void
  readonly since: number
}

/** An overloaded service is given this share of what it was given before. */
const SHRINK_TO = 0.7
/** Failures of requests that were sent together count once: those within so many milliseconds. */
const SHRINK_EVERY_MS = 100

/**
 * Bounds the tasks at once, in fair turns, and adapts to an overloaded service: every report of overload takes a share of the
 * slots away, every success gives a little back, until all are there again.
 */
export class Limiter {
  #slots: number
  #maxQueued: number
  readonly #now: () => number
  /** How many slots may be taken now: a fraction counts when it has grown to a whole. */
  #usable: number
  #taken = 0
  #nobodies = 0
  #shrunkAt = Number.NEGATIVE_INFINITY
  readonly #queues: Record<Priority, FairQueue<Waiter>> = {
    write: new FairQueue(),
    recovery: new FairQueue(),
    snapshot: new FairQueue(),
    feed: new FairQueue(),
  }
  /** All who wait, longest first. */
  readonly #waiting = new Set<Waiter>()
  readonly #expiry: Expiry

  constructor({ slots, maxQueued, now = () => performance.now() }: LimiterOptions) {
    this.#slots = slots
    this.#usable = slots
    this.#maxQueued = maxQueued
    this.#now = now
    this.#expiry = new Expiry(this.#waiting, now)
  }

  /** How many tasks wait. */
  get depth(): number {
    return this.#waiting.size
  }

  /** How long the one that has waited longest has waited, in milliseconds; 0 when none waits. */
  get oldestMs(): number {
    for (const { since } of this.#waiting) return this.#now() - since
    return 0
  }

  /** Would a task have to wait? */
  get isSaturated(): boolean {
    return this.#taken >= Math.floor(this.#usable)
  }

  /** How many slots may be taken now: all, or fewer while the service is overloaded. */
  get usable(): number {
    return Math.floor(this.#usable)
  }

  /** Somebody else shares this limiter and asks for other bounds: the wider ones hold for both. */
  widen({ slots, maxQueued }: LimiterOptions): void {
    this.#usable += Math.max(0, slots - this.#slots)
    this.#slots = Math.max(slots, this.#slots)
    this.#maxQueued = Math.max(maxQueued, this.#maxQueued)
    this.#admitNext()
  }

  /**
   * Runs the task when a slot is free.
   *
   * @param maxWaitMs - how long it may wait for one, in milliseconds.
   * @throws what the task throws; the signal's reason when it aborts while waiting; {@link FailedAttempt} by a
   * {@link QueueFullError}: too many wait, or by a {@link DeadlinePassedError}: no slot was free in time.
   */
  async run<T>(turn: Turn, task: () => Promise<T>, maxWaitMs = Number.POSITIVE_INFINITY): Promise<T> {
    turn.signal?.throwIfAborted()
    if (this.isSaturated) await this.#wait(turn, maxWaitMs)
    else this.#taken++
    try {
      return await task()
    } finally {
      this.#taken--
      this.#admitNext()
    }
  }

  /** @throws {@link FailedAttempt} by a {@link QueueFullError}: `queued`, together with those that wait here, are as many as may wait. */
  assertRoom(queued = 0): void {
    if (this.depth + queued >= this.#maxQueued) throw new FailedAttempt(new QueueFullError(this.#maxQueued))
  }

  /** The service has too much to do: fewer at once from now on. */
  overloaded(): void {
    const now = this.#now()
    if (now - this.#shrunkAt < SHRINK_EVERY_MS) return
    this.#shrunkAt = now
    this.#usable = Math.max(1, this.#usable * SHRINK_TO)
  }

  /** The service has done what it was asked to: as many successes as there are slots give one back. */
  succeeded(): void {
    if (this.#usable >= this.#slots) return
    this.#usable = Math.min(this.#slots, this.#usable + 1 / this.#usable)
    this.#admitNext()
  }

  #wait({ priority, persistenceId, signal }: Turn, maxWaitMs: number): Promise<void> {
    this.assertRoom()
    const party = persistenceId ?? `nobody ${this.#nobodies++}`
    const queue = this.#queues[priority]
    return new Promise((resolve, reject) => {
      const since = this.#now()
      const leave = () => {
        this.#waiting.delete(waiter)
        detach?.()
      }
      const giveUp = (reason: unknown) => {
        leave()
        queue.remove(party, waiter)
        reject(reason)
      }
      const waiter: Waiter = {
        since,
        expiresAt: since + maxWaitMs,
        expire: () => giveUp(new FailedAttempt(new DeadlinePassedError())),
        admit: () => {
          leave()
          resolve()
        },
      }
      const detach = signal && onAbort(signal, () => giveUp(signal.reason))
      this.#waiting.add(waiter)
      queue.push(party, waiter)
      this.#expiry.covers(waiter.expiresAt)
    })
  }

  /** Gives free slots to those who wait, at once, so that nobody can slip in between. */
  #admitNext(): void {
    while (!this.isSaturated && this.#waiting.size > 0) {
      const next = this.#next()
      if (next === undefined) return
      this.#taken++
      next.admit()
    }
  }

  #next(): Waiter | undefined {
    for (const priority of ORDER) {
      const next = this.#queues[priority].shift()
      if (next !== undefined) return next
    }
    return undefined
  }
}
