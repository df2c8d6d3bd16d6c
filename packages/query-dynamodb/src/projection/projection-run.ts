/**
 * One run of a projection: from taking over the stored offset to a failure, a stop or the end of the source.
 *
 * An event's way: pulled → in the buffer → handled → (at least once) in the offset. What is pulled and not handled when the run
 * ends is pulled again by the next one, from the stored offset; what is handled and not in the offset is handled once more.
 */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { EventEnvelope } from '@dynact/persistence'
import { EventPull } from './event-pull.js'
import type { OffsetLease } from './offset-store.js'
import type { ProjectionControl } from './projection-control.js'
import { HandlerWritesError, ProjectionError, ProjectionFencedError } from './projection-error.js'
import type { ProjectionMeter } from './projection-meter.js'
import type { ResolvedProjectionOptions } from './projection-options.js'
import type { ProjectionStatus } from './projection-status.js'
import type { ProjectionTiming } from './timing.js'

/** So long a source may take to end when it is left. */
const SOURCE_END_MS = 1_000

/** What a run works with. */
export interface RunParts {
  readonly options: ResolvedProjectionOptions
  readonly control: ProjectionControl
  readonly meter: ProjectionMeter
  readonly timing: ProjectionTiming
  readonly signal: AbortSignal
  tell(status: ProjectionStatus): void
  /** Ends after so many milliseconds, or when the user wants something. */
  sleep(ms: number): Promise<void>
}

/** How a run ended that did not fail. */
export type RunEnd = 'completed' | 'rebuild'

export class ProjectionRun {
  readonly #parts: RunParts
  readonly #lease: OffsetLease
  /** Has an event been handled, so that a failure to come is not one more in a row? */
  hasProgressed = false
  /** Pulled and not handled. */
  #buffer: EventEnvelope[] = []
  /** When the first event came into the buffer. */
  #bufferSince = 0
  #isAtEnd = false
  /** The last event that was handled, if the stored offset is before it. */
  #unsaved: { last: EventEnvelope; count: number; readonly since: number } | undefined

  constructor(parts: RunParts, lease: OffsetLease) {
    this.#parts = parts
    this.#lease = lease
  }

  async run(): Promise<RunEnd> {
    const { options, signal } = this.#parts
    const stop = new AbortController()
    const stream = options.source(this.#lease.offset, { signal: AbortSignal.any([signal, stop.signal]) })
    const pull = new EventPull(stream)
    try {
      return await this.#work(pull)
    } finally {
      const wasPending = pull.isPending
      stop.abort(new Error(`projection ${options.name} has left its source`))
      const closed = pull.close()
      // A generator that waits for something else than its signal would end only with its next event.
      if (wasPending) await this.#forAWhile(closed)
      else await closed
    }
  }

  async #work(pull: EventPull<EventEnvelope>): Promise<RunEnd> {
    const { control, meter, signal, tell, options } = this.#parts
    for (;;) {
      signal.throwIfAborted()
      if (control.rebuildFrom !== undefined) return 'rebuild'
      if (control.wants === 'stop') return await this.#complete()
      if (control.wants === 'pause') {
        await this.#saveOffset()
        meter.state = 'paused'
        tell({ projection: options.name, type: 'paused' })
        control.paused()
        // A resume may have come while the offset was being stored.
        if (control.wants === 'pause' && control.rebuildFrom === undefined) await this.#untilChanged()
        meter.state = 'running'
        if (!this.#isWanted()) tell({ projection: options.name, type: 'resumed' })
        continue
      }
      await this.#fill(pull)
      if (this.#isGroupReady()) await this.#handleGroup(this.#buffer.splice(0))
      else if (this.#isAtEnd && this.#buffer.length === 0) return await this.#complete()
      if (this.#isSaveDue()) await this.#saveOffset()
    }
  }

  async #complete(): Promise<RunEnd> {
    await this.#saveOffset()
    return 'completed'
  }

  /** Waits for an event, and for as many more as a group has, for as long as nothing else is to be done. */
  async #fill(pull: EventPull<EventEnvelope>): Promise<void> {
    const { timing, meter, options } = this.#parts
    while (!this.#isGroupReady() && !this.#isAtEnd && !this.#isSaveDue() && !this.#isWanted()) {
      meter.waits()
      const result = await this.#next(pull)
      if (result === undefined) continue
      meter.works()
      if (result.done === true) {
        this.#isAtEnd = true
        return
      }
      if (this.#buffer.length === 0) this.#bufferSince = timing.now()
      this.#buffer.push(result.value)
      if (options.group === undefined) return
    }
  }

  async #next(pull: EventPull<EventEnvelope>): Promise<IteratorResult<EventEnvelope> | undefined> {
    try {
      return await pull.next((end) => this.#interrupt(end))
    } catch (error) {
      this.#parts.signal.throwIfAborted()
      throw await this.#afterSaving(error)
    }
  }

  /** Ends a wait when something else is to be done. */
  #interrupt(end: () => void): () => void {
    const { control, timing, signal, options } = this.#parts
    const takeBack = [control.whenChanged(end)]
    signal.addEventListener('abort', end)
    takeBack.push(() => signal.removeEventListener('abort', end))
    const dueAt = Math.min(
      this.#unsaved === undefined ? Number.POSITIVE_INFINITY : this.#unsaved.since + options.saveOffset.ms,
      this.#buffer.length === 0 ? Number.POSITIVE_INFINITY : this.#bufferSince + (options.group?.withinMs ?? 0),
    )
    if (dueAt < Number.POSITIVE_INFINITY) takeBack.push(timing.after(Math.max(0, dueAt - timing.now()), end))
    if (this.#isWanted()) end()
    return () => {
      for (const call of takeBack) call()
    }
  }

  #isWanted(): boolean {
    const { control, signal } = this.#parts
    return signal.aborted || control.wants !== 'run' || control.rebuildFrom !== undefined
  }

  #isGroupReady(): boolean {
    const { group } = this.#parts.options
    if (this.#buffer.length === 0) return false
    if (group === undefined || this.#buffer.length >= group.size || this.#isAtEnd) return true
    return this.#parts.timing.now() - this.#bufferSince >= group.withinMs
  }

  #isSaveDue(): boolean {
    const { events, ms } = this.#parts.options.saveOffset
    if (this.#unsaved === undefined) return false
    return this.#unsaved.count >= events || this.#parts.timing.now() - this.#unsaved.since >= ms
  }

  /** Handles events until they are done, or skipped. */
  async #handleGroup(envelopes: readonly EventEnvelope[]): Promise<void> {
    const { options, control, meter, signal, tell, sleep } = this.#parts
    const { retry, delayMs, orElse } = options.onFailure
    const [first] = envelopes
    const last = envelopes.at(-1)
    if (first === undefined || last === undefined) return
    const projection = options.name
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#deliver(envelopes, last, attempt)
        break
      } catch (failure) {
        signal.throwIfAborted()
        if (!(failure instanceof HandlerFailure)) throw failure
        meter.failed()
        const error = failure.cause
        if (attempt <= retry && control.wants !== 'stop') {
          tell({ projection, type: 'retrying', envelope: first, error, inMs: delayMs })
          await sleep(delayMs)
          continue
        }
        if (orElse === 'fail') throw await this.#failedAt(first, error)
        if (envelopes.length > 1) {
          // Only the one that can't be handled is left out.
          for (const envelope of envelopes) await this.#handleGroup([envelope])
          return
        }
        await this.#advance(last, 1, [])
        meter.skipped()
        tell({ projection, type: 'skipped', envelope: first, error })
        break
      }
    }
    this.hasProgressed = true
    meter.handled(envelopes)
  }

  async #deliver(envelopes: readonly EventEnvelope[], last: EventEnvelope, attempt: number): Promise<void> {
    const { options, signal } = this.#parts
    const { handler, group, delivery, name } = options
    let returned: unknown
    try {
      const events = group === undefined ? last : envelopes
      returned = await handler(events as never, { projection: name, attempt, signal })
      if (delivery === 'exactly-once' && !Array.isArray(returned))
        throw new HandlerWritesError(
          `Projection ${name}: the handler must return a list of TransactWriteItems. Return [] to write nothing.`,
        )
    } catch (cause) {
      throw new HandlerFailure(cause)
    }
    try {
      await this.#advance(last, envelopes.length, returned as TransactWriteItem[])
    } catch (cause) {
      throw cause instanceof HandlerWritesError ? new HandlerFailure(cause) : cause
    }
  }

  /** The events up to this one are handled. */
  async #advance(last: EventEnvelope, count: number, writes: readonly TransactWriteItem[]): Promise<void> {
    const { options, timing, signal } = this.#parts
    if (options.delivery === 'at-least-once') {
      this.#unsaved ??= { last, count: 0, since: timing.now() }
      this.#unsaved.last = last
      this.#unsaved.count += count
    } else if (writes.length === 0) await this.#lease.save(last.offset, { signal })
    else await this.#lease.saveWith(last.offset, writes, { signal })
  }

  async #saveOffset(): Promise<void> {
    if (this.#unsaved === undefined) return
    await this.#lease.save(this.#unsaved.last.offset, { signal: this.#parts.signal })
    this.#unsaved = undefined
  }

  /** The handler has failed for good. */
  async #failedAt({ persistenceId, sequenceNr }: EventEnvelope, error: unknown): Promise<ProjectionError> {
    const { name: projection } = this.#parts.options
    const cause = await this.#afterSaving(error)
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    return new ProjectionError(
      `Projection ${projection}: its handler failed with event ${sequenceNr} of ${persistenceId}: ${why}`,
      { projection, persistenceId, sequenceNr, cause },
    )
  }

  /** The run ends by this error; what was handled before need not be handled once more. */
  async #afterSaving(error: unknown): Promise<unknown> {
    try {
      await this.#saveOffset()
      return error
    } catch (saveError) {
      if (saveError instanceof ProjectionFencedError) throw saveError
      const text = `${String(error)}, and then the offset could not be stored: ${String(saveError)}`
      return new AggregateError([error, saveError], text)
    }
  }

  async #forAWhile(closed: Promise<void>): Promise<void> {
    let cancel = (): void => undefined
    const late = new Promise<void>((resolve) => {
      cancel = this.#parts.timing.after(SOURCE_END_MS, resolve)
    })
    await Promise.race([closed, late])
    cancel()
  }

  #untilChanged(): Promise<void> {
    const { control, signal } = this.#parts
    return new Promise((resolve) => {
      const end = () => {
        takeBack()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const takeBack = control.whenChanged(end)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }
}

/** It was the handler, or what it wants to write: `onFailure` decides. */
class HandlerFailure extends Error {
  override readonly name: string = 'HandlerFailure'
  constructor(cause: unknown) {
    super('the handler failed', { cause })
  }
}
