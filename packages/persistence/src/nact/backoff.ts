const BASE_MS = 50
const MAX_MS = 5_000

/**
 * How long an actor waits before it recovers again, in milliseconds: full jitter over 50 ms, doubled with every failure in a
 * row up to 5 s. Two actors that fence each other off drift apart; an actor whose recovery fails does not recover in a hot loop.
 *
 * @param failures - failures in a row so far; 0 means no wait.
 */
export const backoffMs = (failures: number, random: () => number = Math.random): number =>
  failures <= 0 ? 0 : random() * Math.min(MAX_MS, BASE_MS * 2 ** (failures - 1))
