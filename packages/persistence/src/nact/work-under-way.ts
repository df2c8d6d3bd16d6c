/** Counts what goes on, and tells when nothing does. */
export class WorkUnderWay {
  #count = 0
  #waiting: (() => void)[] = []

  /** @returns to be called once, when the work has ended, well or not. */
  begin(): () => void {
    this.#count += 1
    return () => {
      this.#count -= 1
      if (this.#count > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const resolve of waiting) resolve()
    }
  }

  /** Resolves as soon as nothing goes on. */
  settled(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
