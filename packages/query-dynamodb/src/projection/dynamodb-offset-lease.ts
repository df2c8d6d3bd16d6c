import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import {
  isConflict,
  itemSize,
  MAX_TRANSACTION_ITEMS,
  OffsetAttributes,
  type OpenCalls,
  offsetItem,
  offsetKey,
  RequestFailedError,
  type RequestOptions,
  type Requests,
  readOffsetItem,
  writeTransaction,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  ItemTooLargeError,
  type Offset,
  PersistenceError,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import type { OffsetLease } from './offset-store.js'
import { HandlerWritesError, ProjectionFencedError } from './projection-error.js'

/** What a lease of a DynamoDB table works with. */
export interface LeaseContext {
  readonly table: string
  readonly maxItemSize: number
  readonly requests: Requests
  readonly calls: OpenCalls
}

/** What a lease begins with. */
export interface LeaseState {
  readonly projection: string
  readonly owner: string
  readonly epoch: number
  readonly rev: number
  readonly offset: Offset
}

/**
 * Every save is conditional on epoch and rev, and counts rev up. When the condition does not hold, the item is looked at: with our
 * epoch and the rev that we meant to store, an earlier try of ours had landed and its answer was lost.
 */
export class DynamoDBOffsetLease implements OffsetLease {
  readonly #context: LeaseContext
  #state: LeaseState
  #isUncertain = false

  constructor(context: LeaseContext, state: LeaseState) {
    this.#context = context
    this.#state = state
  }

  get offset(): Offset {
    return this.#state.offset
  }

  save(offset: Offset, { signal }: AbortOptions = {}): Promise<void> {
    return this.#store(offset, signal, async (put, options) => {
      try {
        await this.#context.requests.send('PutItem', put, options)
        return true
      } catch (error) {
        if (isConflict(error)) return false
        throw error
      }
    })
  }

  saveWith(offset: Offset, writes: readonly TransactWriteItem[], { signal }: AbortOptions = {}): Promise<void> {
    const { projection } = this.#state
    const most = MAX_TRANSACTION_ITEMS - 1
    return this.#store(offset, signal, async (put, options) => {
      if (writes.length > most)
        throw new HandlerWritesError(
          `Projection ${projection}: the handler wants to write ${writes.length} items, but with the offset a transaction takes ${most}. Use smaller groups. Nothing was written.`,
        )
      try {
        const failed = await writeTransaction(this.#context.requests, [{ Put: put }, ...writes], options)
        if (failed.length === 0) return true
        if (failed.includes(0)) return false
        // The offset is as we left it, so no earlier try has landed.
        const failedConditions = failed.map((place) => place - 1)
        throw new HandlerWritesError(
          `Projection ${projection}: the conditions of the handler's writes ${failedConditions.join(', ')} (counted from 0) do not hold. Nothing was written.`,
          { failedConditions },
        )
      } catch (cause) {
        if (!isInvalid(cause)) throw cause
        throw new HandlerWritesError(`${cause.message} Look at what the handler wants to write. Nothing was written.`, {
          cause,
        })
      }
    })
  }

  /** @param send - stores the item; false if its condition does not hold. */
  async #store(
    offset: Offset,
    signal: AbortSignal | undefined,
    send: (put: ConditionalPut, options: RequestOptions) => Promise<boolean>,
  ): Promise<void> {
    const { projection, rev } = this.#state
    const options: RequestOptions = {
      signal,
      priority: 'feed',
      purpose: `Projection ${projection}: storing its offset`,
    }
    if (this.#context.calls.isClosed)
      throw new WriteRejectedError(`${options.purpose} is refused, because the offset store has been closed.`)
    if (this.#isUncertain)
      throw new PersistenceError(
        `${options.purpose} is refused, because the outcome of the save before is unknown. Take the projection over again.`,
      )
    const put = this.#put(offset)
    let isInDoubt = false
    try {
      await this.#context.calls.run(async () => {
        isInDoubt = !(await send(put, options))
        if (isInDoubt) await this.#assertLanded(options)
      })
      this.#state = { ...this.#state, rev: rev + 1, offset }
    } catch (cause) {
      // After an abort, too, it may be stored.
      const isKnown = isRequestFailed(cause)
        ? !isInDoubt && cause.failure.applied === 'no'
        : cause instanceof PersistenceError
      this.#isUncertain = !isKnown
      if (!isRequestFailed(cause)) throw cause
      if (isKnown) throw new WriteRejectedError(`${cause.message} Nothing was written.`, { cause })
      throw new WriteUncertainError(`${cause.message} Whether it is stored is unknown.`, { cause })
    }
  }

  #put(offset: Offset): ConditionalPut {
    const { projection, owner, epoch, rev } = this.#state
    const { table, maxItemSize } = this.#context
    const item = offsetItem(projection, { owner, epoch, rev: rev + 1, offset }, Date.now())
    const sizeBytes = itemSize(item)
    if (sizeBytes > maxItemSize)
      throw new ItemTooLargeError(
        `Projection ${projection}: its offset needs ${sizeBytes} bytes, limit ${maxItemSize}, since it names every id that was active of late. Use more ranges of slices, or a shorter backtracking window. Nothing was written.`,
        { sizeBytes, limitBytes: maxItemSize },
      )
    return {
      TableName: table,
      Item: item,
      ConditionExpression: '#epoch = :epoch AND #rev = :rev',
      ExpressionAttributeNames: { '#epoch': OffsetAttributes.EPOCH, '#rev': OffsetAttributes.REV },
      ExpressionAttributeValues: { ':epoch': { N: String(epoch) }, ':rev': { N: String(rev) } },
    }
  }

  /** @throws {@link ProjectionFencedError} the item is not what an earlier try of ours has stored. */
  async #assertLanded(options: RequestOptions): Promise<void> {
    const { projection, epoch, rev } = this.#state
    const { table, requests } = this.#context
    const input = { TableName: table, Key: offsetKey(projection), ConsistentRead: true }
    const { Item: item } = await requests.send('GetItem', input, options)
    const stored = item && readOffsetItem(item, table)
    if (stored?.epoch === epoch && stored.rev === rev + 1) return
    const who = stored === undefined ? 'its offset was deleted' : `instance ${stored.owner} has taken it over`
    throw new ProjectionFencedError(
      `Projection ${projection}: ${who} in table ${table}. Nothing was written. Run one instance of a name, or one for each range of slices.`,
      { projection, owner: stored?.owner ?? '' },
    )
  }
}

/** A put of an offset, as it goes alone or into a transaction. */
interface ConditionalPut extends NonNullable<TransactWriteItem['Put']> {}

const isRequestFailed = (error: unknown): error is RequestFailedError => error instanceof RequestFailedError

/** Was the transaction refused for what is in it, and not for who sends it, where to, or when? */
const isInvalid = (error: unknown): error is RequestFailedError =>
  isRequestFailed(error) &&
  error.failure.applied === 'no' &&
  error.cause instanceof Error &&
  (error.cause.name === 'ValidationException' || error.cause.name === 'ItemCollectionSizeLimitExceededException')
