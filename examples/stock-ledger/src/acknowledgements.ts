import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'

/**
 * What the actors have promised: a line for each year of prices whose `persistAll` has resolved. A later process holds the
 * recovered ledgers against it. Written synchronously, so that it is on record even if the process is killed right after.
 */
export class Acknowledgements {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** The ledger of this symbol is stored up to so many months. */
  add(symbol: string, months: number): void {
    appendFileSync(this.#file, `${symbol} ${months}\n`)
  }

  /** The number of months acknowledged, by symbol. */
  read(): Map<string, number> {
    const months = new Map<string, number>()
    if (!existsSync(this.#file)) return months
    for (const [, symbol, count] of readFileSync(this.#file, 'utf8').matchAll(/^([A-Z]+) (\d+)$/gm))
      if (symbol !== undefined) months.set(symbol, Number(count))
    return months
  }

  forget(): void {
    rmSync(this.#file, { force: true })
  }
}
