import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { type EventEnvelope, parseConfig, type RestartBackoff } from '@dynact/persistence'
import { z } from 'zod'
import type { OffsetStore } from './offset-store.js'
import type { ProjectionMetrics, ProjectionStatus } from './projection-status.js'
import type { ProjectionTiming } from './timing.js'

/** Gives the events behind an offset. What it gives should end, or reject, soon after the signal has aborted. */
export type ProjectionSource<E = unknown> = (
  // biome-ignore lint/suspicious/noExplicitAny: a query takes the kind of offset that its own envelopes carry.
  offset: any,
  options: { readonly signal: AbortSignal },
) => AsyncIterable<EventEnvelope<E>>

/** What a handler is told beside the event. */
export interface HandlerContext {
  readonly projection: string
  /** 1 for the first try. */
  readonly attempt: number
  /** Aborts when the projection's signal does. */
  readonly signal: AbortSignal
}

/** What becomes of the projection when the handler fails: a restart, or on without the event, perhaps after tries. */
export type OnHandlerFailure =
  | 'fail'
  | 'skip'
  | {
      /** How often the handler is called again. */
      readonly retry: number
      /**
       * Milliseconds before each.
       * @defaultValue `1_000`
       */
      readonly delayMs?: number | undefined
      /** @defaultValue `'fail'` */
      readonly orElse?: 'fail' | 'skip' | undefined
    }

/** How groups are made. */
export interface GroupOptions {
  /** The most events of a group. At most 99 items can be written exactly once. */
  readonly size: number
  /**
   * The handler gets what there is so many milliseconds after the first event.
   * @defaultValue `1_000`
   */
  readonly withinMs?: number | undefined
}

/**
 * - `at-least-once`: the handler comes first, then the offset.
 * - `exactly-once`: what the handler returns is written in one transaction with the offset.
 */
export type Delivery = 'at-least-once' | 'exactly-once'

/** What a handler gets: one event, or several where they come in groups. */
export type Handled<E, G extends GroupOptions | undefined> = G extends GroupOptions
  ? readonly EventEnvelope<E>[]
  : EventEnvelope<E>

/** What a handler returns: what to write, at most 99 items, where that is exactly once. */
export type HandlerResult<D extends Delivery> = D extends 'exactly-once' ? readonly TransactWriteItem[] : unknown

/** What {@link projection} takes. */
export interface ProjectionOptions<
  E = unknown,
  G extends GroupOptions | undefined = undefined,
  D extends Delivery = 'at-least-once',
> {
  /** Names the projection in the offset store: one instance of a name runs at a time, the last one to start. */
  readonly name: string
  /** Where the events come from. */
  readonly source: ProjectionSource<E>
  /** Is called with every event, or group of events, one call at a time. */
  readonly handler: (events: Handled<E, G>, context: HandlerContext) => HandlerResult<D> | Promise<HandlerResult<D>>
  /** Where it is stored how far the projection has come. */
  readonly offsetStore: OffsetStore
  /**
   * Whether events have their effect at least or exactly once.
   * @defaultValue `'at-least-once'`
   */
  readonly delivery?: D
  /**
   * The handler gets several events at a time.
   * @defaultValue one at a time
   */
  readonly group?: G
  /**
   * At least once: the offset is stored after so many events or milliseconds, whichever comes first.
   * @defaultValue `{ events: 100, ms: 1_000 }`
   */
  readonly saveOffset?: { readonly events?: number | undefined; readonly ms?: number | undefined } | undefined
  /**
   * What becomes of the projection when the handler fails.
   * @defaultValue `'fail'`
   */
  readonly onFailure?: OnHandlerFailure | undefined
  /**
   * The pauses before it begins again after a failure of the handler, the source or the offset store.
   * @defaultValue 1 s, doubled up to 30 s, and up to a fifth more; without end
   */
  readonly restart?: (Partial<RestartBackoff> & { readonly maxRestarts?: number | undefined }) | undefined
  /** Is told what happens. Without it, failures become warnings of the process. */
  readonly onStatus?: ((status: ProjectionStatus) => void) | undefined
  /** Is given the figures of the projection, every `metricsIntervalMs`. */
  readonly onMetrics?: ((metrics: ProjectionMetrics) => void) | undefined
  /**
   * Milliseconds between two calls of `onMetrics`.
   * @defaultValue `10_000`
   */
  readonly metricsIntervalMs?: number | undefined
  /** Ends it at once: `done` rejects with its reason when the handler has returned. */
  readonly signal?: AbortSignal | undefined
  /** For tests. */
  readonly timing?: ProjectionTiming | undefined
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const durationMs = z.number().min(0).max(2_147_483_647)
const hasMethods =
  (...names: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && names.every((name) => isFunction(Reflect.get(value, name)))
const aFunction = <F>() => z.custom<F>(isFunction, 'must be a function')

const optionsSchema = z
  .strictObject({
    name: z.string().min(1, 'must not be empty'),
    source: aFunction<ProjectionSource>(),
    handler: aFunction<(events: never, context: HandlerContext) => unknown>(),
    offsetStore: z.custom<OffsetStore>(hasMethods('acquire', 'read', 'reset'), 'must be an offset store'),
    delivery: z.enum(['at-least-once', 'exactly-once']).default('at-least-once'),
    group: z
      .strictObject({ size: z.int().min(1).max(10_000), withinMs: durationMs.default(1_000) })
      .readonly()
      .optional(),
    saveOffset: z
      .strictObject({ events: z.int().min(1).default(100), ms: durationMs.default(1_000) })
      .prefault({})
      .readonly(),
    onFailure: z
      .union([
        z.enum(['fail', 'skip']),
        z.strictObject({
          retry: z.int().min(0),
          delayMs: durationMs.default(1_000),
          orElse: z.enum(['fail', 'skip']).default('fail'),
        }),
      ])
      .default('fail')
      .transform((given) => (typeof given === 'string' ? { retry: 0, delayMs: 0, orElse: given } : given))
      .readonly(),
    restart: z
      .strictObject({
        minBackoffMs: durationMs.default(1_000),
        maxBackoffMs: durationMs.default(30_000),
        randomFactor: z.number().min(0).max(10).default(0.2),
        /** So many times in a row, without an event handled in between. */
        maxRestarts: z.number().min(0).default(Number.POSITIVE_INFINITY),
      })
      .prefault({})
      .readonly(),
    onStatus: aFunction<(status: ProjectionStatus) => void>().optional(),
    onMetrics: aFunction<(metrics: ProjectionMetrics) => void>().optional(),
    metricsIntervalMs: durationMs.min(1).default(10_000),
    signal: z.instanceof(AbortSignal).optional(),
    timing: z.custom<ProjectionTiming>(hasMethods('now', 'random', 'after'), 'must be a timing').optional(),
  })
  .refine(({ delivery, offsetStore }) => delivery === 'at-least-once' || offsetStore.isTransactional, {
    message: "can't write together with an offset: use dynamoDBOffsetStore for delivery: 'exactly-once'",
    path: ['offsetStore'],
  })

/** The options with every default filled in. */
export type ResolvedProjectionOptions = Readonly<z.output<typeof optionsSchema>>

/** @throws {@link ConfigError} options that are not usable. */
export const resolveOptions = (options: object): ResolvedProjectionOptions =>
  parseConfig(optionsSchema, options, 'projection')
