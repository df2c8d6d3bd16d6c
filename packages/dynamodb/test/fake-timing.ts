import type { RetryOptions, Timing } from '../src/retry.js'

/** A clock that only sleeping moves, and chance that the test decides. */
export class FakeTiming implements Timing {
  nowMs = 0
  /** How long each pause was. */
  readonly pauses: number[] = []
  /** What chance gives next. */
  chance = 1
  /** Called in the middle of every pause. */
  onSleep = (): void => undefined

  now(): number {
    return this.nowMs
  }

  random(): number {
    return this.chance
  }

  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.pauses.push(ms)
    this.onSleep()
    signal?.throwIfAborted()
    this.nowMs += ms
  }
}

/** Attempts that real time never cuts short, for tests that only the fake clock should rule. */
export const patient: RetryOptions = { attemptMs: 60_000, totalMs: 1_000, baseMs: 10, maxMs: 80 }
