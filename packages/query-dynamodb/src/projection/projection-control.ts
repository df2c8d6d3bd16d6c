import type { Offset } from '@dynact/persistence'

/** Somebody waits for something to be done. */
interface Waiter {
  resolve(): void
  reject(reason: unknown): void
}

/** What the projection's user wants of it, and who waits for that. */
export class ProjectionControl {
  #wants: 'run' | 'pause' | 'stop' = 'run'
  #rebuildFrom: Offset | undefined
  readonly #untilPaused: Waiter[] = []
  readonly #untilRebuilt: Waiter[] = []
  /** Ends the wait that is under way. */
  #onChange: (() => void) | undefined

  get wants(): 'run' | 'pause' | 'stop' {
    return this.#wants
  }

  get rebuildFrom(): Offset | undefined {
    return this.#rebuildFrom
  }

  stop(): void {
    this.#wants = 'stop'
    this.#changed()
  }

  /** Resolves when nothing is under way any more. */
  pause(): Promise<void> {
    if (this.#wants === 'run') this.#wants = 'pause'
    return this.#wait(this.#untilPaused)
  }

  resume(): void {
    if (this.#wants !== 'pause') return
    this.#wants = 'run'
    settle(this.#untilPaused)
    this.#changed()
  }

  /** Resolves when the offset is stored. */
  rebuild(offset: Offset): Promise<void> {
    this.#rebuildFrom = offset
    return this.#wait(this.#untilRebuilt)
  }

  paused(): void {
    settle(this.#untilPaused)
  }

  rebuilt(offset: Offset): void {
    // Another may have been asked for meanwhile.
    if (this.#rebuildFrom !== offset) return
    this.#rebuildFrom = undefined
    settle(this.#untilRebuilt)
  }

  /** Nothing will be done any more. */
  ended(reason: unknown): void {
    settle(this.#untilPaused)
    for (const { reject } of this.#untilRebuilt.splice(0)) reject(reason)
  }

  /** To be called at the next change; returns what takes that back. */
  whenChanged(call: () => void): () => void {
    this.#onChange = call
    return () => {
      if (this.#onChange === call) this.#onChange = undefined
    }
  }

  #wait(waiters: Waiter[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => waiters.push({ resolve, reject }))
    this.#changed()
    return done
  }

  #changed(): void {
    this.#onChange?.()
  }
}

const settle = (waiters: Waiter[]): void => {
  for (const { resolve } of waiters.splice(0)) resolve()
}
