import type { EventEnvelope, Offset } from '@dynact/persistence'

/** What happens to a projection, as it happens. */
export type ProjectionStatus = { readonly projection: string } & (
  | { readonly type: 'started'; readonly offset: Offset }
  /** The handler failed, and is called again after so many milliseconds. */
  | { readonly type: 'retrying'; readonly envelope: EventEnvelope; readonly error: unknown; readonly inMs: number }
  /** The handler failed for good, and the projection goes on behind this event. */
  | { readonly type: 'skipped'; readonly envelope: EventEnvelope; readonly error: unknown }
  /** It failed, and begins again at the stored offset after so many milliseconds. */
  | { readonly type: 'restarting'; readonly error: unknown; readonly inMs: number }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'rebuilding'; readonly offset: Offset }
  /** Stopped, or its source has ended. */
  | { readonly type: 'completed' }
  /** It has ended by this, which `done` rejects with. */
  | { readonly type: 'failed'; readonly error: unknown }
)

/** Figures of a projection; counted since it was made in this process. */
export interface ProjectionMetrics {
  /** Name of the projection. */
  readonly projection: string
  /** What it is doing. */
  readonly state: 'running' | 'paused' | 'restarting' | 'ended'
  /** Events handled. */
  readonly events: number
  /** Events handled a second, since the figures before. */
  readonly eventsPerSecond: number
  /**
   * How old the last event was when it had been handled, in milliseconds; how far the projection is behind. `undefined` when none
   * was handled, or its time is unknown.
   */
  readonly lagMs: number | undefined
  /** For how long there has been no event to handle, in milliseconds; 0 while there is. */
  readonly idleMs: number
  /** Events left out after the handler had failed. */
  readonly skipped: number
  /** Calls of the handler that failed. */
  readonly failures: number
  /** How often it has begun again after a failure. */
  readonly restarts: number
}
