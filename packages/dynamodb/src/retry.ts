import { z } from 'zod'
import { onAbort } from './abort-listeners.js'

const DEFAULT_ATTEMPT_MS = 1_500
const DEFAULT_ATTEMPTS = 3
const durationMs = z.number().positive().max(3_600_000)

/** Deadlines and back-off of requests, in milliseconds. */
export const retrySchema = z
  .strictObject({
    /**
     * One attempt may take this long; then its outcome is unknown and the next one starts, if half as long is left.
     * @defaultValue 1,500, or `totalMs` if that is less
     */
    attemptMs: durationMs.optional(),
    /**
     * All attempts of one request together; what has not been settled by then fails.
     * @defaultValue 4,500, or three times `attemptMs` if that is more
     */
    totalMs: durationMs.optional(),
    /** Upper bound of the first pause between attempts; it doubles from one to the next. */
    baseMs: z.number().positive().max(60_000).default(25),
    /** Upper bound of every pause. */
    maxMs: z.number().positive().max(60_000).default(500),
  })
  .refine(({ attemptMs = 0, totalMs = Number.POSITIVE_INFINITY }) => attemptMs <= totalMs, {
    message: 'must not be larger than totalMs',
    path: ['attemptMs'],
  })
  .transform(({ attemptMs, totalMs, baseMs, maxMs }) => ({
    attemptMs: attemptMs ?? Math.min(DEFAULT_ATTEMPT_MS, totalMs ?? DEFAULT_ATTEMPT_MS),
    totalMs: totalMs ?? DEFAULT_ATTEMPTS * Math.max(DEFAULT_ATTEMPT_MS, attemptMs ?? 0),
    baseMs,
    maxMs,
  }))
  .readonly()

/** Deadlines and back-off of requests. */
export type RetryOptions = Readonly<z.output<typeof retrySchema>>

/** Time and chance, injected so that tests can hold them. */
export interface Timing {
  /** Milliseconds from any fixed point. */
  now(): number
  /** @throws the signal's reason, when it aborts first. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>
  /** From 0 to 1. */
  random(): number
}

/** The real time and chance. */
export const systemTiming: Timing = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const timer = setTimeout(() => {
        detach?.()
        resolve()
      }, ms)
      const detach =
        signal &&
        onAbort(signal, () => {
          clearTimeout(timer)
          reject(signal.reason)
        })
    }),
}

/** Full jitter: anything up to the exponential bound. Source: "Exponential Backoff And Jitter", AWS architecture blog. */
export const backoffMs = ({ baseMs, maxMs }: RetryOptions, attempt: number, random: number): number =>
  random * Math.min(maxMs, baseMs * 2 ** (attempt - 1))
