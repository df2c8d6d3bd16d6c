import { type Fate, type FateOf, fates } from './fate.js'
import type { ProxiedRequest } from './proxied-request.js'
import {
  type ServiceFault,
  serviceFault,
  type ThrottlingReason,
  throttled,
  transactionCanceled,
} from './service-fault.js'

/**
 * Kinds of random faults.
 *
 * - Not carried out: `serverError` (500), `unavailable` (503), `throttled`, for any reason, `transactionConflict`, `reset`.
 * - Carried out, and the client is not told: `lostAnswer`, `truncated`, `invalid`, `wrongCrc32`. With `hang` it may be either.
 * - Carried out in part: `unprocessed`, `statementFaults`. Twice: `duplicate`. Late: `latency`.
 */
export type FaultKind =
  | 'serverError'
  | 'unavailable'
  | 'throttled'
  | 'transactionConflict'
  | 'reset'
  | 'lostAnswer'
  | 'truncated'
  | 'invalid'
  | 'wrongCrc32'
  | 'hang'
  | 'unprocessed'
  | 'statementFaults'
  | 'duplicate'
  | 'latency'

/** How often which faults happen. */
export interface RandomFaultsOptions {
  /**
   * The same seed gives the n-th request the same fault.
   * @defaultValue `1`
   */
  readonly seed?: number | undefined
  /**
   * Chance of each kind, from 0 to 1; together at most 1, `latency` not counted. A kind that does not suit a request, unprocessed
   * items of a PutItem say, lets it pass.
   * @defaultValue `{}`
   */
  readonly rates?: Readonly<Partial<Record<FaultKind, number>>> | undefined
  /**
   * The most that `latency` adds, in milliseconds.
   * @defaultValue `50`
   */
  readonly latencyMs?: number | undefined
  /** Times when most requests fail, counted in requests. */
  readonly brownOut?: BrownOut | undefined
}

/** A spell of failures that comes back. */
export interface BrownOut {
  /** From the start of one to the start of the next, in requests; the first starts after so many. */
  readonly every: number
  /** How many requests it lasts. */
  readonly length: number
  /**
   * Chance of a request to fail meanwhile.
   * @defaultValue `0.9`
   */
  readonly rate?: number | undefined
  /**
   * How they fail.
   * @defaultValue `'unavailable'`
   */
  readonly kind?: FaultKind | undefined
}

/** Numbers from 0 to 1 that depend on the seed and the request only, not on what other requests drew. (mulberry32) */
const randomOf = (seed: number, index: number): (() => number) => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Random = () => number

const pick = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(random() * choices.length)] ?? choices[0]

const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan']
const LIMITS = ['ProvisionedThroughput', 'KeyRangeThroughput', 'MaxOnDemandThroughput', 'AccountLimit'] as const
const STATEMENT_CODES = ['ThrottlingError', 'TransactionConflict', 'InternalServerError'] as const

const throttle = ({ operation }: ProxiedRequest, random: Random): Fate => {
  const access = READS.includes(operation) ? 'Read' : 'Write'
  const reason: ThrottlingReason = `Table${access}${pick(random, LIMITS)}Exceeded`
  return fates.refuse(throttled(reason))
}

const transactionConflict = ({ operation, input }: ProxiedRequest, random: Random): Fate => {
  if (['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation))
    return fates.refuse(serviceFault('TransactionConflictException', 'Transaction is ongoing for the item'))
  if (operation !== 'TransactWriteItems') return fates.pass
  const size: number = input.TransactItems.length
  const conflicting = Math.floor(random() * size)
  return fates.refuse(
    transactionCanceled(
      Array.from({ length: size }, (_, index) => (index === conflicting ? 'TransactionConflict' : 'None')),
    ),
  )
}

/** Each entry of a batch is left out by the toss of a coin, which is the same however often it is asked. */
const coins = (random: Random): ((index: number) => boolean) => {
  const tossed: boolean[] = []
  return (index) => {
    tossed[index] ??= random() < 0.5
    return tossed[index]
  }
}

const unprocessed = ({ operation }: ProxiedRequest, random: Random): Fate =>
  operation === 'BatchWriteItem' || operation === 'BatchGetItem' ? fates.unprocessed(coins(random)) : fates.pass

const statementFaults = ({ operation }: ProxiedRequest, random: Random): Fate => {
  if (operation !== 'BatchExecuteStatement') return fates.pass
  const fails = coins(random)
  const code = pick(random, STATEMENT_CODES)
  // What is told of a fault inside DynamoDB leaves open whether the statement was carried out.
  const applied = code === 'InternalServerError' && random() < 0.5
  return fates.failStatements((index) => (fails(index) ? { code, applied } : undefined))
}

const internalError = serviceFault('InternalServerError', 'The request processing has failed')

const FAULTS: Readonly<Record<FaultKind, (request: ProxiedRequest, random: Random, latencyMs: number) => Fate>> = {
  serverError: () => fates.refuse(internalError),
  unavailable: () => fates.refuse(serviceFault('ServiceUnavailable', 'Service is unavailable')),
  throttled: throttle,
  reset: () => fates.reset,
  hang: (_, random) => pick(random, [fates.hang, fates.loseAnswer('hang')]),
  lostAnswer: (_, random) => fates.loseAnswer(pick<'reset' | ServiceFault>(random, ['reset', internalError])),
  truncated: () => fates.truncate,
  invalid: () => fates.garble,
  wrongCrc32: () => fates.wrongCrc32,
  duplicate: () => fates.duplicate,
  unprocessed,
  statementFaults,
  transactionConflict,
  latency: (_, random, latencyMs) => fates.delay({ before: random() * latencyMs }),
}

/** All kinds of random faults. */
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[]

/**
 * Random faults that a seed repeats: the n-th request meets the same fault in every run, as long as it is the same request.
 *
 * @example
 * ```ts
 * const fateOf = randomFaults({ seed: 7, rates: { throttled: 0.05, lostAnswer: 0.02, reset: 0.01 } })
 * // Reads are spared.
 * proxy.fateOf = (request, index) => (request.operation === 'Query' ? fates.pass : fateOf(request, index))
 * ```
 */
export const randomFaults = ({ seed = 1, rates = {}, latencyMs = 50, brownOut }: RandomFaultsOptions): FateOf => {
  const { latency = 0, ...chances } = rates
  const kinds = Object.entries(chances) as [FaultKind, number][]

  const kindOf = (index: number, random: Random): FaultKind | undefined => {
    let drawn = random()
    if (brownOut !== undefined && index % brownOut.every >= brownOut.every - brownOut.length)
      return drawn < (brownOut.rate ?? 0.9) ? (brownOut.kind ?? 'unavailable') : undefined
    for (const [kind, chance] of kinds) {
      if (drawn < chance) return kind
      drawn -= chance
    }
    return undefined
  }

  return (request, index) => {
    const random = randomOf(seed, index)
    const kind = kindOf(index, random)
    const fate = kind === undefined ? fates.pass : FAULTS[kind](request, random, latencyMs)
    // Named by its kind, which says more than how it is done.
    const named = kind === undefined || fate === fates.pass ? fate : { ...fate, name: kind }
    return random() < latency ? { ...FAULTS.latency(request, random, latencyMs), ...named } : named
  }
}
