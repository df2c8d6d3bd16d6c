/**
 * Group commit: inserts that must wait for a connection share their requests. The inserts of different actors go out in one
 * BatchExecuteStatement, and each has its own outcome; a PartiQL INSERT is put-if-absent, as a conditional PutItem is.
 */
import type { BatchStatementResponse } from '@aws-sdk/client-dynamodb'
import { onAbort } from './abort-listeners.js'
import { DeadlinePassedError, FailedAttempt } from './errors.js'
import { type Expiring, Expiry } from './expiry.js'
import { GroupingChoice } from './grouping-choice.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { Attempt, Requests } from './requests.js'

/** The most statements that DynamoDB takes in one batch. */
export const MAX_STATEMENTS = 25

/** How a waiting insert ends. */
interface Settle {
  readonly resolve: (response: BatchStatementResponse | undefined) => void
  readonly reject: (reason: unknown) => void
}

/** An insert that waits for its group, or for its group's answer. Thousands wait at once: small on purpose. */
class PendingInsert implements Expiring {
  readonly item: Item
  readonly attempt: Attempt
  readonly expiresAt: number
  readonly resolve: Settle['resolve']
  readonly reject: Settle['reject']
  readonly #waiting: Set<PendingInsert>

  /** @param waiting - those that no group has taken yet; it waits among them. */
  constructor(
    item: Item,
    { attempt, expiresAt, signal }: { attempt: Attempt; expiresAt: number; signal: AbortSignal | undefined },
    waiting: Set<PendingInsert>,
    settle: Settle,
  ) {
    this.item = item
    this.attempt = attempt
    this.expiresAt = expiresAt
    this.#waiting = waiting
    const { resolve, reject } =
      signal === undefined ? settle : untilAbort(signal, () => this.#leave(signal.reason), settle)
    this.resolve = resolve
    this.reject = reject
    waiting.add(this)
  }

  expire(): void {
    this.#leave(new FailedAttempt(new DeadlinePassedError()))
  }

  #leave(reason: unknown): void {
    this.#waiting.delete(this)
    this.reject(reason)
  }
}

/** What {@link InsertGroups} needs to know. */
export interface InsertGroupsOptions {
  readonly requests: Requests
  readonly table: string
  /** The most inserts of one request, 2 to 25. */
  readonly maxBatch: number
}

/** The PartiQL statement that inserts an item. */
export const insertStatement = (table: string, item: Item) => {
  const names = Object.keys(item).map((name) => `'${name}': ?`)
  return { Statement: `INSERT INTO "${table}" VALUE {${names.join(', ')}}`, Parameters: Object.values(item) }
}

/** Settles by the signal too, and lets go of it when settled. */
const untilAbort = (signal: AbortSignal, leave: () => void, { resolve, reject }: Settle): Settle => {
  const detach = onAbort(signal, leave)
  return {
    resolve: (response) => {
      detach()
      resolve(response)
    },
    reject: (reason) => {
      detach()
      reject(reason)
    },
  }
}

/** Sends inserts in groups while every connection is taken. */
export class InsertGroups {
  readonly #options: InsertGroupsOptions
  readonly #choice: GroupingChoice
  readonly #pending = new Set<PendingInsert>()
  readonly #expiry: Expiry
  /** Requests that wait for their turn to take what is pending. */
  #senders = 0

  constructor(options: InsertGroupsOptions) {
    this.#options = options
    const now = () => options.requests.now()
    this.#choice = new GroupingChoice(now)
    this.#expiry = new Expiry(this.#pending, now)
  }

  /** Should an insert wait for a group? A lone one goes out at once. */
  get isWorthwhile(): boolean {
    return this.#options.requests.limiter.isSaturated && this.#choice.isGrouping
  }

  /** Watches an insert that goes out by itself, to compare. */
  async alone(send: () => Promise<void>): Promise<void> {
    this.#choice.began('single')
    let stored = 0
    try {
      await send()
      stored = 1
    } finally {
      this.#choice.ended('single', stored, this.#isBusy)
    }
  }

  /**
   * Sends an insert with the next group, once.
   *
   * @returns what DynamoDB says of its statement.
   * @throws {@link FailedAttempt} the group's request failed, or was not sent in time; or the signal's reason.
   */
  insert(item: Item, attempt: Attempt, signal: AbortSignal | undefined): Promise<BatchStatementResponse | undefined> {
    const { requests } = this.#options
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      requests.limiter.assertRoom(this.#pending.size)
      const expiresAt = requests.now() + requests.patience(attempt.deadline)
      const pending = new PendingInsert(item, { attempt, expiresAt, signal }, this.#pending, { resolve, reject })
      this.#expiry.covers(pending.expiresAt)
      this.#startSenders()
    })
  }

  get #isBusy(): boolean {
    return this.#pending.size > 0 || this.#options.requests.limiter.depth > 0
  }

  /** As many as it takes to send all that is pending. */
  #startSenders(): void {
    while (this.#senders * this.#options.maxBatch < this.#pending.size) this.#startSender()
  }

  #startSender(): void {
    this.#senders++
    let isWaiting = true
    const startSending = () => {
      isWaiting = false
      this.#senders--
    }
    void this.#sendGroup(startSending).finally(() => {
      if (isWaiting) startSending()
    })
  }

  /** Settles every insert that it takes; never rejects. */
  async #sendGroup(startSending: () => void): Promise<void> {
    const { requests, table } = this.#options
    let group: readonly PendingInsert[] = []
    const take = () => {
      startSending()
      group = this.#take()
      this.#startSenders() // For those that were left.
      if (group.length === 0) return undefined
      this.#choice.began('grouped')
      return {
        input: { Statements: group.map(({ item }) => insertStatement(table, item)) },
        deadline: Math.min(...group.map(({ attempt }) => attempt.deadline)),
        attempt: Math.max(...group.map(({ attempt }) => attempt.number)),
      }
    }
    let stored = 0
    try {
      const output = await requests.sendShared('BatchExecuteStatement', take, { priority: 'write' })
      for (const [index, { resolve }] of group.entries()) {
        const response = output?.Responses?.[index]
        if (response !== undefined && response.Error === undefined) stored++
        resolve(response)
      }
    } catch (error) {
      // A request that was refused its place in the queue has taken nobody yet.
      for (const { reject } of group.length > 0 ? group : this.#take()) reject(error)
    } finally {
      if (group.length > 0) this.#choice.ended('grouped', stored, this.#isBusy)
    }
  }

  /** Takes as many as go into one request, longest waiting first; those whose time has run out are told so. */
  #take(): PendingInsert[] {
    const { requests, maxBatch } = this.#options
    const now = requests.now()
    const group: PendingInsert[] = []
    const keys = new Set<string>()
    for (const pending of this.#pending) {
      if (group.length === maxBatch) break
      if (pending.expiresAt < now) {
        pending.expire()
        continue
      }
      // Two writers of one key in this process: a batch may not name a key twice.
      const key = `${pending.item[Attributes.PAR]?.S} ${pending.item[Attributes.NUM]?.N}`
      if (keys.has(key)) continue
      keys.add(key)
      this.#pending.delete(pending)
      group.push(pending)
    }
    return group
  }
}
