import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

/** Deadlines and back-off of requests, in milliseconds. */
export const retrySchema = z
  .strictObject({
    /** One attempt may take this long; then its outcome is unknown and the next one starts. */
    attemptMs: z.number().positive().max(3_600_000).default(1_500),
    /** All attempts of one request together; what has not been settled by then fails. */
    totalMs: z.number().positive().max(3_600_000).default(4_500),
    /** Upper bound of the first pause between attempts; it doubles from one to the next. */
    baseMs: z.number().positive().max(60_000).default(25),
    /** Upper bound of every pause. */
    maxMs: z.number().positive().max(60_000).default(500),
  })
  .refine(({ attemptMs, totalMs }) => attemptMs <= totalMs, {
    message: 'must not be larger than totalMs',
    path: ['attemptMs'],
  })
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
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** Full jitter: anything up to the exponential bound. Source: "Exponential Backoff And Jitter", AWS architecture blog. */
export const backoffMs = ({ baseMs, maxMs }: RetryOptions, attempt: number, random: number): number =>
  random * Math.min(maxMs, baseMs * 2 ** (attempt - 1))
