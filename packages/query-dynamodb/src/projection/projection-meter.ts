import type { EventEnvelope } from '@dynact/persistence'
import type { ProjectionMetrics } from './projection-status.js'
import type { ProjectionTiming } from './timing.js'

const MS_PER_SECOND = 1_000

/** Counts what a projection does. */
export class ProjectionMeter {
  readonly #projection: string
  readonly #timing: ProjectionTiming
  state: ProjectionMetrics['state'] = 'running'
  #events = 0
  #skipped = 0
  #failures = 0
  #restarts = 0
  #lagMs: number | undefined
  #idleSince: number | undefined
  #before: { readonly at: number; readonly events: number }

  constructor(projection: string, timing: ProjectionTiming) {
    this.#projection = projection
    this.#timing = timing
    this.#before = { at: timing.now(), events: 0 }
  }

  handled(envelopes: readonly EventEnvelope[]): void {
    this.#events += envelopes.length
    const timestamp = envelopes.at(-1)?.timestamp ?? 0
    this.#lagMs = timestamp > 0 ? Math.max(0, this.#timing.now() - timestamp) : undefined
  }

  skipped(): void {
    this.#skipped++
  }

  failed(): void {
    this.#failures++
  }

  restarted(): void {
    this.#restarts++
  }

  waits(): void {
    this.#idleSince ??= this.#timing.now()
  }

  works(): void {
    this.#idleSince = undefined
  }

  /** The figures since the last ones. */
  read(): ProjectionMetrics {
    const now = this.#timing.now()
    const seconds = (now - this.#before.at) / MS_PER_SECOND
    const eventsPerSecond = seconds > 0 ? (this.#events - this.#before.events) / seconds : 0
    this.#before = { at: now, events: this.#events }
    return {
      projection: this.#projection,
      state: this.state,
      events: this.#events,
      eventsPerSecond,
      lagMs: this.#lagMs,
      idleMs: this.#idleSince === undefined ? 0 : now - this.#idleSince,
      skipped: this.#skipped,
      failures: this.#failures,
      restarts: this.#restarts,
    }
  }
}
