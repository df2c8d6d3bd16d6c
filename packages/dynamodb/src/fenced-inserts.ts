/**
 * Put-if-absent of one or many items. Sending an insert again is safe: a conflict with an item that is just what we sent means
 * that an earlier attempt was carried out and its answer lost, so it is a success; any other item is another writer's.
 */
import type { BatchStatementResponse } from '@aws-sdk/client-dynamodb'
import { classify } from './classify.js'
import { ConflictError, FailedAttempt } from './errors.js'
import { InsertGroups, insertStatement, MAX_STATEMENTS } from './insert-groups.js'
import { type InsertOutcome, merge, outcomeOf, STORED } from './insert-outcome.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { Attempt, RequestOptions, Requests, SendAttempt } from './requests.js'
import { leavesOpen, resolveConflict } from './resolve-conflict.js'
import { errorOfStatement } from './undone.js'

/** How a journal inserts. */
export interface FencedInsertsOptions {
  /** Inserts that wait for a connection share requests: at most so many each, 1 for none. */
  readonly maxGroup: number
  /** Is told, once, that the endpoint lacks BatchExecuteStatement. */
  readonly onNotice?: ((text: string) => void) | undefined
}

/** Inserts items into a journal table, each only where its key is free. */
export class FencedInserts {
  readonly #requests: Requests
  readonly #table: string
  readonly #options: FencedInsertsOptions
  readonly #groups: InsertGroups
  /** Does the endpoint know BatchExecuteStatement? Assumed until it says no. */
  #batches = true

  constructor(requests: Requests, table: string, options: FencedInsertsOptions = { maxGroup: 1 }) {
    this.#requests = requests
    this.#table = table
    this.#options = options
    this.#groups = new InsertGroups({ requests, table, maxBatch: options.maxGroup })
  }

  /**
   * Inserts all items, at most 25 a request, the requests in parallel. Not atomic: look at the outcome.
   * Costs one write unit per begun KiB of each item, as a plain put does, the failed ones too.
   *
   * @throws the signal's reason; what is stored by then is unknown.
   */
  insert(items: readonly Item[], options: RequestOptions): Promise<InsertOutcome> {
    const [first] = items
    return first !== undefined && items.length === 1 ? this.#insertOne(first, options) : this.#insertAll(items, options)
  }

  async #insertAll(items: readonly Item[], options: RequestOptions): Promise<InsertOutcome> {
    const chunks: Item[][] = []
    for (let start = 0; start < items.length; start += MAX_STATEMENTS)
      chunks.push(items.slice(start, start + MAX_STATEMENTS))
    const settled = await Promise.allSettled(chunks.map((chunk) => this.#insertChunk(chunk, options)))
    const outcomes: InsertOutcome[] = []
    for (const result of settled) {
      if (result.status === 'rejected') throw result.reason
      outcomes.push(result.value)
    }
    return merge(outcomes)
  }

  async #insertChunk(items: readonly Item[], options: RequestOptions): Promise<InsertOutcome> {
    if (items.length > 1 && this.#batches && !this.#shouldGroup(items.length)) {
      const outcome = await this.#insertTogether(items, options)
      if (outcome.failure?.failure.reason !== 'unsupported') return outcome
      this.#doWithoutBatches()
    }
    return merge(await Promise.all(items.map((item) => this.#insertOne(item, options))))
  }

  /** Do inserts gain by sharing a request with those of others? A full batch would not. */
  #shouldGroup(count: number): boolean {
    return this.#batches && count < this.#options.maxGroup && this.#groups.isWorthwhile
  }

  #doWithoutBatches(): void {
    if (!this.#batches) return
    this.#batches = false
    this.#options.onNotice?.(
      `The endpoint lacks BatchExecuteStatement: every event of table ${this.#table} is a request of its own.`,
    )
  }

  // No async functions from here to the group: each that waits takes half a kilobyte, of thousands of writes at once.
  #insertOne(item: Item, options: RequestOptions): Promise<InsertOutcome> {
    return this.#requests.retrying((attempt) => this.#tryOne(attempt, item, options), options).then(isStored, outcomeOf)
  }

  #tryOne(attempt: Attempt, item: Item, options: RequestOptions): Promise<void> {
    return this.#shouldGroup(1)
      ? this.#insertInGroup(attempt, item, options)
      : this.#groups.alone(() => this.#putOne(attempt.send, item))
  }

  #insertInGroup(attempt: Attempt, item: Item, { signal }: RequestOptions): Promise<void> {
    return this.#groups.insert(item, attempt, signal).then(
      // Nearly all are stored: these need not wait for a judge.
      (response) => (errorOfStatement(response) === undefined ? undefined : this.#judge(attempt.send, item, response)),
      (error) => this.#insertOutsideGroup(attempt, item, error),
    )
  }

  /** @throws the error that the group's request failed with, unless the item may be stored without the others. */
  #insertOutsideGroup(attempt: Attempt, item: Item, error: unknown): Promise<void> {
    const reason = error instanceof FailedAttempt ? classify(error.cause).reason : undefined
    if (reason === 'unsupported') this.#doWithoutBatches()
    // What is refused for the whole group may be the fault of one of the others.
    else if (reason !== 'refused') throw error
    return this.#putOne(attempt.send, item)
  }

  async #insertTogether(items: readonly Item[], options: RequestOptions): Promise<InsertOutcome> {
    let remaining = items
    let mayBeStored = false
    try {
      await this.#requests.retrying(async ({ send }) => {
        const { Responses = [] } = await send('BatchExecuteStatement', {
          Statements: remaining.map((item) => insertStatement(this.#table, item)),
        })
        const judged = await Promise.allSettled(
          remaining.map((item, index) => this.#judge(send, item, Responses[index])),
        )
        // The worst error alone would hide that one of the others leaves its item in doubt.
        mayBeStored ||= judged.some((result) => result.status === 'fulfilled' || leavesOpen(result.reason))
        remaining = remaining.filter((_, index) => judged[index]?.status === 'rejected')
        throwWorst(judged)
      }, options)
      return STORED
    } catch (error) {
      const outcome = outcomeOf(error)
      return mayBeStored ? { ...outcome, mayBeStored } : outcome
    }
  }

  async #putOne(send: SendAttempt, item: Item): Promise<void> {
    try {
      await send('PutItem', {
        TableName: this.#table,
        Item: item,
        ConditionExpression: `attribute_not_exists(${Attributes.PAR})`,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
    } catch (error) {
      const cause = error instanceof FailedAttempt ? error.cause : undefined
      if (cause === undefined || classify(cause).reason !== 'conflict') throw error
      // Not every endpoint puts the item into the error.
      const stored = typeof cause === 'object' && cause !== null && 'Item' in cause ? (cause.Item as Item) : undefined
      await resolveConflict(send, this.#table, item, stored)
    }
  }

  async #judge(send: SendAttempt, item: Item, response: BatchStatementResponse | undefined): Promise<void> {
    const error = errorOfStatement(response)
    if (error === undefined) return
    if (classify(error).reason === 'conflict') return resolveConflict(send, this.#table, item, response?.Error?.Item)
    throw new FailedAttempt(error)
  }
}

const isStored = (): InsertOutcome => STORED

/** A conflict ends the whole; else something that is not worth a retry; else anything that is. */
const throwWorst = (judged: readonly PromiseSettledResult<void>[]): void => {
  const errors = judged.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  if (errors.length === 0) return
  const isFinal = (error: unknown) => error instanceof FailedAttempt && !classify(error.cause).retryable
  throw errors.find((error) => error instanceof ConflictError) ?? errors.find(isFinal) ?? errors[0]
}
