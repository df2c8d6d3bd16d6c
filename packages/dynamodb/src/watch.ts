import { classify, type Failure } from './classify.js'
import type { Limiter } from './limiter.js'
import { capacityUnitsOf, measureItems } from './measure-items.js'
import type { ObservabilityOptions, OperationMetrics, Span } from './observability.js'
import type { RequestResult, RequestWatcher, SentRequest } from './request-watcher.js'
import { undoneOf } from './undone.js'

/** OpenTelemetry's numbers for what calls a remote service, and for a span that failed. */
const SPAN_KIND_CLIENT = 2
const STATUS_ERROR = 2

/** The watcher that tells a user what was asked for; none when nothing was, so that it costs nothing. */
export const watch = (options: ObservabilityOptions, limiter: Limiter): RequestWatcher | undefined =>
  options.onMetrics === undefined && options.tracer === undefined && options.logger === undefined
    ? undefined
    : new Watcher(options, limiter)

/** What was wrong with a request. */
interface Trouble {
  readonly error: unknown
  /** None when the caller has given the request up. */
  readonly failure?: Failure | undefined
  /** How many items of a batch, where DynamoDB did the others. */
  readonly undoneItems?: number
}

const troubleOf = ({ operation, input }: SentRequest, result: RequestResult): Trouble | undefined => {
  if ('error' in result) return result
  const undone = undoneOf(operation, input as never, result.output as never)
  return undone && { error: undone.error, failure: classify(undone.error), undoneItems: undone.items }
}

class Watcher implements RequestWatcher {
  readonly #options: ObservabilityOptions
  readonly #limiter: Limiter
  readonly wantsCapacity: boolean

  constructor(options: ObservabilityOptions, limiter: Limiter) {
    this.#options = options
    this.#limiter = limiter
    this.wantsCapacity = options.onMetrics !== undefined || options.tracer !== undefined
  }

  sent(request: SentRequest): (result: RequestResult) => void {
    const sentAt = performance.now()
    const span = this.#guarded(() => this.#startSpan(request))
    return (result) => {
      const trouble = this.#guarded(() => troubleOf(request, result))
      if (this.wantsCapacity) {
        const metrics = this.#guarded(() => this.#metricsOf(request, result, trouble, performance.now() - sentAt))
        if (metrics === undefined) return
        this.#guarded(() => endSpan(span, metrics, trouble))
        this.#guarded(() => this.#options.onMetrics?.(metrics))
      }
      if (trouble !== undefined) this.#guarded(() => this.#log(request, trouble))
    }
  }

  #metricsOf(
    request: SentRequest,
    result: RequestResult,
    trouble: Trouble | undefined,
    serviceMs: number,
  ): OperationMetrics {
    const { operation, input, priority, persistenceId, attempt, queueMs } = request
    const output = 'output' in result ? result.output : {}
    const { failure, undoneItems } = trouble ?? {}
    const capacityUnits = capacityUnitsOf(output)
    return {
      operation,
      table: this.#options.table,
      priority,
      ...(persistenceId !== undefined && { persistenceId }),
      attempt,
      ...measureItems(operation, input as never, output as never),
      ...(undoneItems !== undefined && { undoneItems }),
      ...(capacityUnits !== undefined && { capacityUnits }),
      queueMs,
      serviceMs,
      queueDepth: this.#limiter.depth,
      queueAgeMs: this.#limiter.oldestMs,
      ...(trouble !== undefined && { error: nameOf(trouble.error) }),
      ...(failure !== undefined && { reason: failure.reason }),
      ...(failure?.throttledBy !== undefined && { throttledBy: failure.throttledBy }),
    }
  }

  /** Named and described after OpenTelemetry's semantic conventions for databases and DynamoDB. */
  #startSpan({ operation, persistenceId, attempt, queueMs }: SentRequest): Span | undefined {
    const { tracer, table } = this.#options
    return tracer?.startSpan(`${operation} ${table}`, {
      kind: SPAN_KIND_CLIENT,
      attributes: {
        'db.system.name': 'aws.dynamodb',
        'db.operation.name': operation,
        'db.collection.name': table,
        'dynact.attempt': attempt,
        'dynact.queue_ms': queueMs,
        ...(persistenceId !== undefined && { 'dynact.persistence_id': persistenceId }),
      },
    })
  }

  /** A conflict is an answer; a refusal that is final reaches the caller, who decides. What is sent again is worth a line. */
  #log({ operation, persistenceId, attempt }: SentRequest, { error, failure, undoneItems }: Trouble): void {
    if (failure?.retryable !== true) return
    const { logger, table } = this.#options
    const { reason, throttledBy } = failure
    const facts = { operation, table, persistenceId, attempt, error: nameOf(error), undoneItems, reason, throttledBy }
    const what = undoneItems === undefined ? 'a request to DynamoDB failed' : 'DynamoDB left part of a request undone'
    logger?.warn(facts, `${what} and may be sent again`)
  }

  /** A hook of the user's that throws must not make a write look as if it had failed. */
  #guarded<T>(call: () => T): T | undefined {
    try {
      const result: unknown = call()
      if (result instanceof Promise) result.catch(warn)
      return result as T
    } catch (error) {
      warn(error)
      return undefined
    }
  }
}

const warn = (error: unknown): void => {
  process.emitWarning(`A hook that was given to dynact threw: ${String(error)}`)
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

const endSpan = (span: Span | undefined, metrics: OperationMetrics, trouble: Trouble | undefined): void => {
  if (span === undefined) return
  const { items, bytes, undoneItems, capacityUnits, error, throttledBy } = metrics
  span.setAttributes({
    'dynact.items': items,
    'dynact.bytes': bytes,
    ...(undoneItems !== undefined && { 'dynact.undone_items': undoneItems }),
    ...(capacityUnits !== undefined && { 'dynact.capacity_units': capacityUnits }),
    ...(error !== undefined && { 'error.type': error }),
    ...(throttledBy !== undefined && { 'dynact.throttled_by': throttledBy }),
  })
  if (trouble !== undefined && metrics.reason !== 'conflict') {
    if (trouble.error instanceof Error) span.recordException(bare(trouble.error))
    span.setStatus({ code: STATUS_ERROR })
  }
  span.end()
}

/** What OpenTelemetry records of an error, and no more: those of a cancelled transaction carry the items that are stored. */
const bare = (error: Error): Error => {
  const { name, message, stack } = error
  return Object.assign(new Error(message), { name, stack, ...('code' in error && { code: error.code }) })
}
