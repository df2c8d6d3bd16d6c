/**
 * What a user can watch: figures of every request, spans, and a log. Payloads and credentials are in none of them.
 */
import type { FailureReason } from './classify.js'
import type { Priority } from './limiter.js'
import type { ThrottledBy } from './throttling.js'
import type { OperationName } from './transport/transport.js'

/** Figures of one request to DynamoDB. Their sums give those of an operation: its requests, attempts, items and units. */
export interface OperationMetrics {
  /** PutItem, Query, … */
  readonly operation: OperationName
  /** Name of the table. */
  readonly table: string
  /** What it was for, which is also who goes first. */
  readonly priority: Priority
  /** The id that it was for; none where several share the request. */
  readonly persistenceId?: string
  /** 1 for the first try of a piece of work, 2 for its first repetition, and so on. */
  readonly attempt: number
  /** How many items were sent, or came back. */
  readonly items: number
  /** Their size as DynamoDB counts it, in bytes. */
  readonly bytes: number
  /** Of a batch that DynamoDB answered: how many items it left unprocessed, or refused one by one. `error` says why. */
  readonly undoneItems?: number
  /** Read or write units, as DynamoDB says; undefined where it does not say (DynamoDB Local after PartiQL, an error). */
  readonly capacityUnits?: number
  /** From asking for a connection to getting one, in milliseconds. */
  readonly queueMs: number
  /** From sending to the answer, in milliseconds. */
  readonly serviceMs: number
  /** How many requests wait for a connection. */
  readonly queueDepth: number
  /** How long the first of them has waited, in milliseconds. */
  readonly queueAgeMs: number
  /** Name of the error, if it or a part of it failed. */
  readonly error?: string
  /** Kind of the error: see docs/errors.md. */
  readonly reason?: FailureReason
  /** Which limit it ran into, where DynamoDB says so. */
  readonly throttledBy?: ThrottledBy
}

/** A logger in the shape of pino's: facts, then a text. */
export interface Logger {
  debug(facts: object, text: string): void
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
  error(facts: object, text: string): void
}

/** What is used of an OpenTelemetry span. */
export interface Span {
  setAttributes(attributes: Record<string, string | number>): unknown
  recordException(error: Error): void
  setStatus(status: { readonly code: number; readonly message?: string }): unknown
  end(): void
}

/** What is used of an OpenTelemetry tracer: `trace.getTracer('orders')` of `@opentelemetry/api` is one. */
export interface Tracer {
  startSpan(
    name: string,
    options: { readonly kind: number; readonly attributes: Record<string, string | number> },
  ): Span
}

/** What of a store's requests somebody wants to see. */
export interface ObservabilityOptions {
  readonly table: string
  readonly onMetrics?: ((metrics: OperationMetrics) => void) | undefined
  readonly tracer?: Tracer | undefined
  readonly logger?: Logger | undefined
}
