import { z } from 'zod'
import type { FaultProxyCounts } from './counts.js'
import type { FateOf } from './fate.js'
import { FaultProxyError } from './fault-proxy-error.js'
import { ProxyServer } from './proxy-server.js'
import { FAULT_KINDS, type RandomFaultsOptions, randomFaults } from './random-faults.js'

/** What a fault proxy stands in front of, and what it does. */
export interface FaultProxyOptions extends RandomFaultsOptions {
  /** Address of the DynamoDB behind it: `http://127.0.0.1:8000`. */
  readonly target: string
  /**
   * Decides on every request.
   * @defaultValue `randomFaults` of `seed`, `rates`, `latencyMs` and `brownOut`: without these, every request passes
   */
  readonly fateOf?: FateOf | undefined
}

/** A running fault proxy. */
export interface FaultProxy extends AsyncDisposable {
  /** Its address, `http://127.0.0.1:<port>`: the `endpoint` of a client. */
  readonly endpoint: string
  /** Decides on every request; may be set at any time. */
  fateOf: FateOf
  /** What it has counted so far. */
  readonly counts: FaultProxyCounts
  /**
   * Ends it: what it has passed on is finished, every connection is closed. Idempotent.
   * @throws {@link FaultProxyError} `FATE_FAILED`: `fateOf`, or a pause of a fate, has thrown; its first error is the cause.
   */
  stop(): Promise<void>
}

const rate = z.number().min(0).max(1)
const kind = z.enum(FAULT_KINDS)
const isFunction = (value: unknown): value is FateOf => typeof value === 'function'

const optionsSchema = z
  .strictObject({
    target: z.url({ protocol: /^http$/, error: 'must be an http address' }),
    fateOf: z.custom<FateOf>(isFunction, 'must be a function').optional(),
    seed: z.int().optional(),
    rates: z
      .partialRecord(kind, rate)
      .refine(
        ({ latency = 0, ...others }) => Object.values(others).reduce((sum, chance) => sum + chance, 0) <= 1 + 1e-9,
        { error: 'must together be at most 1' },
      )
      .optional(),
    latencyMs: z.number().min(0).optional(),
    brownOut: z
      .strictObject({ every: z.int().min(1), length: z.int().min(1), rate: rate.optional(), kind: kind.optional() })
      .refine(({ every, length }) => length <= every, { error: 'must not last longer than from one to the next' })
      .optional(),
  })
  .refine(
    ({ fateOf, seed, rates, latencyMs, brownOut }) =>
      fateOf === undefined || [seed, rates, latencyMs, brownOut].every((option) => option === undefined),
    { error: 'decides alone: without seed, rates, latencyMs and brownOut', path: ['fateOf'] },
  )

/**
 * Starts a proxy between clients and a DynamoDB that does what networks, throttles and outages do: errors, resets, hangs, broken
 * answers, answers lost after the write, duplicates, parts of batches left undone. On loopback, on a free port.
 *
 * Bodies are passed on byte for byte unless the fate of a request alters them, answers uncompressed. The DynamoDB behind it must
 * not check signatures, which hold for the address of the proxy: DynamoDB Local and {@link startEmbeddedDynamoDB} do not.
 *
 * @example
 * ```ts
 * await using proxy = await startFaultProxy({ target: dynamodb.endpoint, seed: 7, rates: { throttled: 0.05, reset: 0.01 } })
 * const clientConfig = { endpoint: proxy.endpoint, region: 'any', credentials }
 * const journal = dynamoDBJournal({ clientConfig })
 * ```
 * @throws {@link FaultProxyError} `BAD_OPTIONS`: the message names every mistake.
 */
export const startFaultProxy = async (options: FaultProxyOptions): Promise<FaultProxy> => {
  const parsed = optionsSchema.safeParse(options)
  if (!parsed.success)
    throw new FaultProxyError(
      'BAD_OPTIONS',
      `startFaultProxy: these options are not usable:\n${z.prettifyError(parsed.error)}`,
      parsed.error,
    )
  const { target, fateOf, ...random } = parsed.data
  const proxy = new ProxyServer(new URL(target), fateOf ?? randomFaults(random))
  await proxy.listen()
  return proxy
}
