import { NoOffset, type Offset, type RestartBackoff, restartBackoffMs } from '@dynact/persistence'
import { ProjectionControl } from './projection-control.js'
import { ProjectionError, ProjectionFencedError } from './projection-error.js'
import { ProjectionMeter } from './projection-meter.js'
import {
  type Delivery,
  type GroupOptions,
  type ProjectionOptions,
  type ResolvedProjectionOptions,
  resolveOptions,
} from './projection-options.js'
import { ProjectionRun, type RunParts } from './projection-run.js'
import type { ProjectionMetrics, ProjectionStatus } from './projection-status.js'
import { type ProjectionTiming, systemTiming } from './timing.js'

/** A running projection. */
export interface Projection extends AsyncDisposable {
  readonly name: string
  /**
   * Resolves when it has been stopped, or its source has ended; rejects when it has failed for good: with a
   * {@link ProjectionFencedError} when another instance has taken it over, with a {@link ProjectionError} after `maxRestarts`, and
   * with the reason of its signal.
   */
  readonly done: Promise<void>
  /** The figures as they are now. */
  readonly metrics: ProjectionMetrics
  /** Finishes what is under way, stores the offset, and ends. Resolves when it has ended, whether it had failed (see `done`) or not. */
  stop(): Promise<void>
  /** Finishes what is under way, and stores the offset. Resolves then, or when it has ended. */
  pause(): Promise<void>
  /** Goes on where it was paused. */
  resume(): void
  /**
   * Begins again at an offset, by default at the beginning. What the handler has made so far is the caller's to delete, before.
   *
   * @returns resolves when the offset is stored.
   * @throws {@link ProjectionError} it has ended before it could do so.
   * @throws as {@link OffsetStore.reset}, where it had ended already.
   */
  rebuild(offset?: Offset): Promise<void>
}

class RunningProjection implements Projection {
  readonly name: string
  readonly done: Promise<void>
  readonly #options: ResolvedProjectionOptions
  readonly #timing: ProjectionTiming
  readonly #control = new ProjectionControl()
  readonly #meter: ProjectionMeter
  readonly #signal: AbortSignal
  readonly #parts: RunParts
  #hasEnded = false
  #cancelMetrics = (): void => undefined

  constructor(options: ResolvedProjectionOptions) {
    this.name = options.name
    this.#options = options
    this.#timing = options.timing ?? systemTiming
    this.#meter = new ProjectionMeter(options.name, this.#timing)
    this.#signal = options.signal ?? new AbortController().signal
    this.#parts = {
      options,
      control: this.#control,
      meter: this.#meter,
      timing: this.#timing,
      signal: this.#signal,
      tell: (status) => this.#tell(status),
      sleep: (ms) => this.#sleep(ms),
    }
    this.#scheduleMetrics()
    this.done = this.#live()
    // Whoever is told by the callback need not look at the promise as well.
    if (options.onStatus !== undefined) this.done.catch(() => undefined)
  }

  get metrics(): ProjectionMetrics {
    return this.#meter.read()
  }

  async stop(): Promise<void> {
    this.#control.stop()
    await this.done.catch((error) => {
      if (this.#options.onStatus === undefined) this.#warn(`Projection ${this.name} had failed: ${textOf(error)}`)
    })
  }

  async pause(): Promise<void> {
    if (!this.#hasEnded) await this.#control.pause()
  }

  resume(): void {
    this.#control.resume()
  }

  rebuild(offset: Offset = NoOffset): Promise<void> {
    return this.#hasEnded ? this.#options.offsetStore.reset(this.name, offset) : this.#control.rebuild({ ...offset })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #live(): Promise<void> {
    let reason: unknown = new ProjectionError(`Projection ${this.name} has ended.`, { projection: this.name })
    try {
      await this.#runAgainAndAgain()
      this.#tell({ projection: this.name, type: 'completed' })
    } catch (error) {
      reason = error
      this.#tell({ projection: this.name, type: 'failed', error })
      throw error
    } finally {
      this.#hasEnded = true
      this.#meter.state = 'ended'
      this.#cancelMetrics()
      this.#control.ended(reason)
      this.#options.onMetrics?.(this.#meter.read())
    }
  }

  async #runAgainAndAgain(): Promise<void> {
    const { maxRestarts } = this.#options.restart
    // What calls projection() gets its result first.
    await undefined
    for (let failures = 0; ; ) {
      let run: ProjectionRun | undefined
      try {
        this.#signal.throwIfAborted()
        if (this.#control.wants === 'stop' && this.#control.rebuildFrom === undefined) return
        this.#meter.state = 'running'
        const lease = await this.#begin()
        run = new ProjectionRun(this.#parts, lease)
        if ((await run.run()) === 'completed') return
        failures = 0
      } catch (error) {
        this.#signal.throwIfAborted()
        if (error instanceof ProjectionFencedError) throw error
        failures = run?.hasProgressed === true ? 1 : failures + 1
        if (failures > maxRestarts) throw this.#givenUp(error, failures)
        if (this.#control.wants === 'stop') throw this.#stoppedBy(error)
        await this.#pauseAfter(error, failures)
      }
    }
  }

  /** Takes the projection over, and resets it if that is wanted. */
  async #begin() {
    const projection = this.name
    const { offsetStore } = this.#options
    const lease = await offsetStore.acquire(projection, { signal: this.#signal })
    const offset = this.#control.rebuildFrom
    if (offset !== undefined) {
      this.#tell({ projection, type: 'rebuilding', offset })
      await lease.save(offset, { signal: this.#signal })
      this.#control.rebuilt(offset)
    }
    this.#tell({ projection, type: 'started', offset: lease.offset })
    return lease
  }

  async #pauseAfter(error: unknown, failures: number): Promise<void> {
    this.#meter.state = 'restarting'
    this.#meter.restarted()
    const backoff: RestartBackoff = this.#options.restart
    const inMs = restartBackoffMs(backoff, () => this.#timing.random())(failures)
    this.#tell({ projection: this.name, type: 'restarting', error, inMs })
    await this.#sleep(inMs)
  }

  #givenUp(cause: unknown, failures: number): ProjectionError {
    const text = `Projection ${this.name} has failed ${failures} times in a row and is given up, the last time with: ${textOf(cause)}`
    return new ProjectionError(text, { projection: this.name, cause })
  }

  #stoppedBy(cause: unknown): ProjectionError {
    const text = `Projection ${this.name} failed while it was being stopped: ${textOf(cause)} The stored offset is right; what comes after it is handled when it starts again.`
    return new ProjectionError(text, { projection: this.name, cause })
  }

  /** Ends early when the user wants something. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        for (const call of takeBack) call()
        this.#signal.removeEventListener('abort', end)
        resolve()
      }
      this.#signal.addEventListener('abort', end)
      const takeBack = [this.#control.whenChanged(end), this.#timing.after(ms, end)]
      if (this.#signal.aborted) end()
    })
  }

  #tell(status: ProjectionStatus): void {
    const { onStatus } = this.#options
    if (onStatus === undefined) {
      if ('error' in status && status.type !== 'failed')
        this.#warn(`Projection ${this.name}: ${status.type} after ${textOf(status.error)}`)
      return
    }
    try {
      onStatus(status)
    } catch (error) {
      this.#warn(`Projection ${this.name}: onStatus has thrown ${textOf(error)}`)
    }
  }

  /** A library must not print, and must not keep silent either. */
  #warn(text: string): void {
    process.emitWarning(text, 'ProjectionWarning')
  }

  #scheduleMetrics(): void {
    const { onMetrics, metricsIntervalMs } = this.#options
    if (onMetrics === undefined) return
    this.#cancelMetrics = this.#timing.after(metricsIntervalMs, () => {
      onMetrics(this.#meter.read())
      this.#scheduleMetrics()
    })
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

/**
 * Runs events through a handler, from where it stopped last: builds a read model, or tells another service. Begins at once, and
 * begins again after failures, at the stored offset.
 *
 * - At least once (default): the handler comes first, the offset after it, so that an event may be handled again after a crash.
 * - Exactly once: what the handler returns is written in one DynamoDB transaction with the offset, on the condition that it is still
 *   this instance's and where it was. Costs two write units per begun KiB of each item and of the offset.
 *
 * @example
 * ```ts
 * const running = projection({
 *   name: 'orders-by-day',
 *   source: eventsByTagSource<OrderEvent>(readJournal, 'order'),
 *   offsetStore: dynamoDBOffsetStore({ client }),
 *   delivery: 'exactly-once',
 *   handler: ({ event }) => [{ Update: countOf(event) }],
 * })
 * process.once('SIGTERM', () => void running.stop())
 * await running.done
 * ```
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const projection = <
  E = unknown,
  G extends GroupOptions | undefined = undefined,
  D extends Delivery = 'at-least-once',
>(
  options: ProjectionOptions<E, G, D>,
): Projection => new RunningProjection(resolveOptions(options))
