import { PersistenceError, type PersistenceErrorFacts } from '@dynact/persistence'
import type { Failure } from './classify.js'
import type { Item } from './layout/item.js'

/** A request failed for good: it was refused, or every attempt failed until the deadline. */
export class RequestFailedError extends PersistenceError {
  override readonly name: string = 'RequestFailedError'
  /** What the last attempt's failure means; `applied` is `'unknown'` when any attempt's was. */
  readonly failure: Failure
  /** How often it was sent. */
  readonly attempts: number

  constructor(
    message: string,
    facts: PersistenceErrorFacts & { readonly failure: Failure; readonly attempts: number },
  ) {
    super(message, facts)
    this.failure = facts.failure
    this.attempts = facts.attempts
  }
}

/** One attempt of a request failed; `cause` says how. Tells a failed request from a mistake in the code around it. */
export class FailedAttempt extends Error {
  override readonly name: string = 'FailedAttempt'
  /** May it have been carried out, even if its cause, which may be that of a look at it, does not say so? */
  readonly isInDoubt: boolean

  constructor(cause: unknown, isInDoubt = false) {
    super('an attempt of a request failed', { cause })
    this.isInDoubt = isInDoubt
  }
}

/** A request waited for its turn until the deadline had passed, and was not sent. */
export class DeadlinePassedError extends Error {
  override readonly name: string = 'DeadlinePassedError'
  constructor() {
    super('the deadline passed before a connection was free')
  }
}

/** So many requests wait for a connection that another is refused at once; it was not sent. */
export class QueueFullError extends Error {
  override readonly name: string = 'QueueFullError'
  /** @param limit - how many may wait. */
  constructor(limit: number) {
    super(`${limit} requests are waiting for a connection already`)
  }
}

/** Part of a batch was not carried out: an answer of DynamoDB's, told as one of its errors so that it is judged like one. */
export class UnprocessedError extends Error {
  override readonly name: string
  /** @param name - the service's name for it. */
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** An attempt had no answer in time; whether it was carried out is unknown. */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError'
}

/** The key of a put-if-absent holds another item. */
export class ConflictError extends Error {
  override readonly name: string = 'ConflictError'
  /** What is stored there. */
  readonly stored: Item

  constructor(stored: Item) {
    super('the key holds another item')
    this.stored = stored
  }
}

/** DynamoDB's answer can't be understood; whether the request was carried out is unknown. */
export class InvalidResponseError extends Error {
  override readonly name: string = 'InvalidResponseError'
  /** The HTTP status that it came with. */
  readonly statusCode: number

  constructor(message: string, statusCode: number, options?: ErrorOptions) {
    super(message, options)
    this.statusCode = statusCode
  }
}

/** An answer broke off before its end. */
export class TruncatedResponseError extends InvalidResponseError {
  override readonly name: string = 'TruncatedResponseError'
}

/** An answer was changed on its way: its checksum is not the one that DynamoDB gave it. */
export class ResponseChecksumError extends InvalidResponseError {
  override readonly name: string = 'ResponseChecksumError'
}

/** A client does what only the SDK can do for it: sign in a way of its own, say. */
export class NeedsSdkError extends Error {
  override readonly name: string = 'NeedsSdkError'
}
