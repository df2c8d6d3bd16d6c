const BASE_MS = 50
const MAX_MS = 5_000
const RANDOM_FACTOR = 0.2

/**
 * How long an actor waits before it recovers again, in milliseconds: full jitter over 50 ms, doubled with every failure in a
 * row up to 5 s. Two actors that fence each other off drift apart; an actor whose recovery fails does not recover in a hot loop.
 *
 * @param failures - failures in a row so far; 0 means no wait.
 */
export const backoffMs = (failures: number, random: () => number = Math.random): number =>
  failures <= 0 ? 0 : random() * Math.min(MAX_MS, BASE_MS * 2 ** (failures - 1))

/** The pauses before an actor recovers again. */
export interface RestartBackoff {
  /** The first one, in milliseconds; doubled with every failure in a row. */
  readonly minBackoffMs: number
  /** The longest, in milliseconds, before the random share. */
  readonly maxBackoffMs: number
  /**
   * How much is added at random, as a share of the pause: actors that fail together do not recover together.
   * @defaultValue `0.2`
   */
  readonly randomFactor?: number | undefined
}

/** As `backoffMs`, by the actor's own bounds. */
export const restartBackoffMs =
  ({ minBackoffMs, maxBackoffMs, randomFactor = RANDOM_FACTOR }: RestartBackoff, random: () => number = Math.random) =>
  (failures: number): number =>
    failures <= 0
      ? 0
      : Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(failures - 1, 60)) * (1 + random() * randomFactor)
