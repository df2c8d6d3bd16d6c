import { PersistenceError } from '@dynact/persistence'
import { classify, type Failure } from './classify.js'
import { DeadlinePassedError, FailedAttempt, RequestFailedError } from './errors.js'
import type { Limiter, Turn } from './limiter.js'
import type { RequestWatcher } from './request-watcher.js'
import { backoffMs, type RetryOptions, systemTiming, type Timing } from './retry.js'
import type { OperationName, Operations, Transport } from './transport/transport.js'
import { within } from './within.js'

/** What one request is for. */
export interface RequestOptions extends Turn {
  /** Stops waiting, attempt and retries: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Names the request in an error: what was done for whom. */
  readonly purpose: string
  readonly sequenceNr?: number | undefined
}

/** Sends one attempt of an operation. */
export type SendAttempt = <O extends OperationName>(
  operation: O,
  input: Operations[O]['input'],
) => Promise<Operations[O]['output']>

/** An attempt of a piece of work. */
export interface Attempt {
  /** Sends a request as part of it. */
  readonly send: SendAttempt
  /** When all attempts together must have ended, by the clock of {@link Requests.now}. */
  readonly deadline: number
  /** 1 for the first. */
  readonly number: number
}

/** A request that several share, as it is when its turn has come. */
export interface SharedRequest<O extends OperationName> {
  readonly input: Operations[O]['input']
  /** The earliest of theirs. */
  readonly deadline: number
  /** The highest number of their attempts. */
  readonly attempt: number
}

/** What {@link Requests} is made of. */
export interface RequestsParts {
  readonly transport: Transport
  readonly limiter: Limiter
  readonly retry: RetryOptions
  readonly watcher?: RequestWatcher | undefined
  /** @defaultValue the real time and chance */
  readonly timing?: Timing
}

/** A request whose turn has come. */
interface Sending<O extends OperationName> extends SharedRequest<O> {
  readonly turn: Turn
  /** How long it waited for that, in milliseconds. */
  readonly queueMs: number
}

/**
 * Every request to DynamoDB goes through here: the limiter, the deadline of each attempt and of all, back-off, and the verdict
 * on what failed.
 */
export class Requests {
  /** Decides whose turn it is. */
  readonly limiter: Limiter
  readonly #transport: Transport
  readonly #retry: RetryOptions
  readonly #watcher: RequestWatcher | undefined
  readonly #timing: Timing
  /** An attempt with less time than this is not made: not sent, its outcome is known; sent so late, it would often not be. */
  readonly #leastMs: number
  #underWay = 0
  /** Called when nothing is under way any more. */
  #onIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor({ transport, limiter, retry, watcher, timing = systemTiming }: RequestsParts) {
    this.limiter = limiter
    this.#transport = transport
    this.#retry = retry
    this.#watcher = watcher
    this.#timing = timing
    this.#leastMs = Math.min(retry.attemptMs, retry.totalMs) / 2
  }

  /** Milliseconds from a fixed point. */
  now(): number {
    return this.#timing.now()
  }

  /** How long an attempt may still wait for its turn: with less time left than it needs it is not made. In milliseconds. */
  patience(deadline: number): number {
    return deadline - this.now() - this.#leastMs
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
    return this.retrying(({ send }) => send(operation, input), options)
  }

  /**
   * Runs `work` again and again until it succeeds, throws something that is not worth a retry, or is late. `work` may narrow
   * down what is left to do from one attempt to the next.
   *
   * @throws {@link RequestFailedError} it was refused, or the deadline passed.
   */
  retrying<T>(work: (attempt: Attempt) => Promise<T>, options: RequestOptions): Promise<T> {
    if (this.#closing !== undefined) {
      const { persistenceId, sequenceNr } = options
      const text = `${options.purpose}: refused, because it has been closed.`
      return Promise.reject(new PersistenceError(text, { persistenceId, sequenceNr }))
    }
    const deadline = this.#timing.now() + this.#retry.totalMs
    const begun = work(this.#attempt(1, deadline, options))
    this.#underWay++
    // Thousands wait at once, and nearly all succeed at once: what it takes to try again is made when they have failed.
    return begun.then(this.#succeeded, (error) => this.#tryAgain(work, error, deadline, options))
  }

  /**
   * Sends a request that several share, once; its input is made when its turn has come, from what there is to send by then.
   *
   * @param take - gives undefined when there is nothing to send any more.
   * @throws `FailedAttempt` it failed, or was not sent.
   */
  sendShared<O extends OperationName>(
    operation: O,
    take: () => SharedRequest<O> | undefined,
    turn: Turn,
  ): Promise<Operations[O]['output'] | undefined> {
    const queuedAt = this.now()
    return this.limiter.run(turn, () => {
      const request = take()
      if (request === undefined) return Promise.resolve(undefined)
      return this.#sendNow(operation, { ...request, turn, queueMs: this.now() - queuedAt })
    })
  }

  /** Waits for what is under way, refuses more, and closes the transport. */
  close(): Promise<void> {
    this.#closing ??= this.#drain()
    return this.#closing
  }

  async #drain(): Promise<void> {
    if (this.#underWay > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    this.#transport.close()
  }

  #attempt(number: number, deadline: number, options: RequestOptions): Attempt {
    return {
      send: (operation, input) => this.#send(operation, { input, deadline, attempt: number }, options),
      deadline,
      number,
    }
  }

  readonly #succeeded = <T>(result: T): T => {
    this.limiter.succeeded()
    this.#ended()
    return result
  }

  #ended(): void {
    this.#underWay--
    if (this.#underWay === 0) this.#onIdle?.()
  }

  /** @param failed - what the first attempt failed with. */
  async #tryAgain<T>(
    work: (attempt: Attempt) => Promise<T>,
    failed: unknown,
    deadline: number,
    options: RequestOptions,
  ): Promise<T> {
    const { signal } = options
    let error = failed
    let applied: Failure['applied'] = 'no'
    let before: FailedAttempt | undefined
    try {
      for (let attempts = 1; ; attempts++) {
        signal?.throwIfAborted()
        if (!(error instanceof FailedAttempt)) throw error
        // What was not sent at all is no attempt: the one before says what is wrong.
        if (error.cause instanceof DeadlinePassedError && before !== undefined)
          throw this.#failed(before.cause, { ...classify(before.cause), applied }, attempts - 1, options)
        before = error
        const failure = classify(error.cause)
        if (failure.isOverload) this.limiter.overloaded()
        if (error.isInDoubt || failure.applied === 'unknown') applied = 'unknown'
        const pauseMs = backoffMs(this.#retry, attempts, this.#timing.random())
        if (!failure.retryable || this.#timing.now() + pauseMs > deadline - this.#leastMs)
          throw this.#failed(error.cause, { ...failure, applied }, attempts, options)
        await this.#timing.sleep(pauseMs, signal)
        try {
          const result = await work(this.#attempt(attempts + 1, deadline, options))
          this.limiter.succeeded()
          return result
        } catch (next) {
          error = next
        }
      }
    } finally {
      this.#ended()
    }
  }

  #send<O extends OperationName>(
    operation: O,
    request: SharedRequest<O>,
    turn: Turn,
  ): Promise<Operations[O]['output']> {
    const queuedAt = this.now()
    return this.limiter.run(
      turn,
      () => {
        if (this.patience(request.deadline) < 0) throw new FailedAttempt(new DeadlinePassedError())
        return this.#sendNow(operation, { ...request, turn, queueMs: this.now() - queuedAt })
      },
      this.patience(request.deadline),
    )
  }

  async #sendNow<O extends OperationName>(
    operation: O,
    { input, turn, deadline, attempt, queueMs }: Sending<O>,
  ): Promise<Operations[O]['output']> {
    const { signal, priority, persistenceId } = turn
    const sentAt = this.now()
    const asked = this.#watcher?.wantsCapacity ? { ...input, ReturnConsumedCapacity: 'TOTAL' as const } : input
    const ended = this.#watcher?.sent({ operation, input, priority, persistenceId, attempt, queueMs })
    let output: Operations[O]['output']
    try {
      output = await within(Math.min(this.#retry.attemptMs, deadline - sentAt), signal, (either) =>
        this.#transport.send(operation, asked, either),
      )
    } catch (error) {
      if (signal?.aborted) {
        ended?.({ error: signal.reason })
        throw signal.reason
      }
      ended?.({ error, failure: classify(error) })
      throw new FailedAttempt(error)
    }
    ended?.({ output })
    return output
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
