import { type FateOf, type FaultKind, randomFaults } from '@dynact/testkit'
import fc from 'fast-check'

/** Which faults a program meets. */
export interface FaultRate {
  readonly seed: number
  /** Chance of a fault at a request. */
  readonly faultRate: number
}

export const faultRate = { seed: fc.integer(), faultRate: fc.constantFrom(0, 0.02, 0.1, 0.25) }

/** Of 100 faults. A hang takes as long as an attempt may: it is rare. */
const SHARES: Readonly<Partial<Record<FaultKind, number>>> = {
  serverError: 8,
  unavailable: 6,
  throttled: 12,
  transactionConflict: 6,
  reset: 10,
  lostAnswer: 16,
  truncated: 5,
  invalid: 4,
  wrongCrc32: 4,
  hang: 1,
  unprocessed: 4,
  statementFaults: 14,
  duplicate: 10,
}

/** @param life - each of a program has its own. */
export const faultsOf = ({ seed, faultRate }: FaultRate, life: number): FateOf =>
  randomFaults({
    seed: seed + life,
    rates: {
      ...Object.fromEntries(Object.entries(SHARES).map(([kind, share]) => [kind, (share * faultRate) / 100])),
      latency: faultRate,
    },
    latencyMs: 5,
  })
