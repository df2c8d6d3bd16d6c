import { PersistenceError } from '@dynact/persistence'
import { classify, type Failure } from './classify.js'
import { DeadlinePassedError, FailedAttempt, RequestFailedError } from './errors.js'
import type { Limiter, Priority } from './limiter.js'
import { backoffMs, type RetryOptions, systemTiming, type Timing } from './retry.js'
import type { OperationName, Operations, Transport } from './transport/transport.js'
import { within } from './within.js'

/** What one request is for. */
export interface RequestOptions {
  /** Stops waiting, attempt and retries: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  readonly priority: Priority
  /** Names the request in an error: what was done for whom. */
  readonly purpose: string
  readonly persistenceId?: string | undefined
  readonly sequenceNr?: number | undefined
}

/** Sends one attempt of an operation. */
export type SendAttempt = <O extends OperationName>(
  operation: O,
  input: Operations[O]['input'],
) => Promise<Operations[O]['output']>

/**
 * Every request to DynamoDB goes through here: the limiter, the deadline of each attempt and of all, back-off, and the verdict
 * on what failed.
 */
export class Requests {
  readonly #transport: Transport
  readonly #limiter: Limiter
  readonly #retry: RetryOptions
  readonly #timing: Timing
  /** An attempt with less time than this is not made: not sent, its outcome is known; sent so late, it would often not be. */
  readonly #leastMs: number
  readonly #inFlight = new Set<Promise<unknown>>()
  #closed = false

  constructor(transport: Transport, limiter: Limiter, retry: RetryOptions, timing: Timing = systemTiming) {
    this.#transport = transport
    this.#limiter = limiter
    this.#retry = retry
    this.#timing = timing
    this.#leastMs = Math.min(retry.attemptMs, retry.totalMs) / 2
  }

  /**
   * Sends one operation, again and again until it is carried out, refused, or late.
   * @throws {@link RequestFailedError} it was refused, or the deadline passed.
   */
  send<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    options: RequestOptions,
  ): Promise<Operations[O]['output']> {
    return this.retrying((attempt) => attempt(operation, input), options)
  }

  /**
   * Runs `work` again and again until it succeeds, throws something that is not worth a retry, or is late. `work` may narrow
   * down what is left to do from one attempt to the next.
   *
   * @throws {@link RequestFailedError} it was refused, or the deadline passed.
   */
  async retrying<T>(work: (attempt: SendAttempt) => Promise<T>, options: RequestOptions): Promise<T> {
    if (this.#closed) {
      const { persistenceId, sequenceNr } = options
      throw new PersistenceError(`${options.purpose}: refused, because it has been closed.`, {
        persistenceId,
        sequenceNr,
      })
    }
    const run = this.#retryUntilDeadline(work, options)
    const settled = run.then(
      () => undefined,
      () => undefined,
    )
    this.#inFlight.add(settled)
    try {
      return await run
    } finally {
      this.#inFlight.delete(settled)
    }
  }

  /** Waits for what is under way, refuses more, and closes the transport. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#inFlight)
    this.#transport.close()
  }

  async #retryUntilDeadline<T>(work: (attempt: SendAttempt) => Promise<T>, options: RequestOptions): Promise<T> {
    const { signal } = options
    const deadline = this.#timing.now() + this.#retry.totalMs
    const send: SendAttempt = (operation, input) => this.#attempt(operation, input, deadline, options)
    let applied: Failure['applied'] = 'no'
    let before: FailedAttempt | undefined
    for (let attempts = 1; ; attempts++) {
      try {
        return await work(send)
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof FailedAttempt)) throw error
        // What was not sent at all is no attempt: the one before says what is wrong.
        if (error.cause instanceof DeadlinePassedError && before !== undefined)
          throw this.#failed(before.cause, { ...classify(before.cause), applied }, attempts - 1, options)
        before = error
        const failure = classify(error.cause)
        if (failure.applied === 'unknown') applied = 'unknown'
        const pauseMs = backoffMs(this.#retry, attempts, this.#timing.random())
        if (!failure.retryable || this.#timing.now() + pauseMs > deadline - this.#leastMs)
          throw this.#failed(error.cause, { ...failure, applied }, attempts, options)
        await this.#timing.sleep(pauseMs, signal)
      }
    }
  }

  #attempt<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    deadline: number,
    { signal, priority }: RequestOptions,
  ): Promise<Operations[O]['output']> {
    return this.#limiter.run(priority, signal, async () => {
      const remainingMs = deadline - this.#timing.now()
      if (remainingMs < this.#leastMs) throw new FailedAttempt(new DeadlinePassedError())
      try {
        return await within(Math.min(this.#retry.attemptMs, remainingMs), signal, (either) =>
          this.#transport.send(operation, input, either),
        )
      } catch (cause) {
        signal?.throwIfAborted()
        throw new FailedAttempt(cause)
      }
    })
  }

  #failed(cause: unknown, failure: Failure, attempts: number, options: RequestOptions): RequestFailedError {
    const { purpose, persistenceId, sequenceNr } = options
    const text = cause instanceof Error ? `${cause.name}: ${firstLine(cause)}` : String(cause)
    const tried = attempts === 1 ? 'failed' : `failed ${attempts} times, the last time`
    return new RequestFailedError(`${purpose} ${tried} with ${text}. ${failure.advice}`, {
      persistenceId,
      sequenceNr,
      cause,
      failure,
      attempts,
    })
  }
}

/** Dual-stack connects fail with an AggregateError that has no text of its own. */
const firstLine = (error: Error): string => {
  if (error.message !== '') return error.message.split('\n', 1)[0] ?? ''
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : 'no message'
}
