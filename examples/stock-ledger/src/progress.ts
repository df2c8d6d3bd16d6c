const BAR_WIDTH = 30

/** One line that rewrites itself on a terminal; elsewhere, a line for every step. */
export class Progress {
  readonly #total: number
  #done: number

  constructor(done: number, total: number) {
    this.#done = done
    this.#total = total
  }

  get isInFirstHalf(): boolean {
    return this.#done < this.#total / 2
  }

  step(count: number, what: string): void {
    this.#done += count
    const counter = `${this.#done}/${this.#total}`
    if (!process.stdout.isTTY) {
      console.log(`${counter.padStart(9)}  ${what}`)
      return
    }
    const filled = Math.round((BAR_WIDTH * this.#done) / this.#total)
    process.stdout.write(`\r\x1b[K${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${counter}  ${what}`)
  }

  /** Leaves the line, so that what is printed next gets one of its own. */
  end(): void {
    if (process.stdout.isTTY && this.#done > 0) process.stdout.write('\n')
  }
}
