import { createHash } from 'node:crypto'

/** The running checksum of an export's lines: each checkpoint's begins with the one before, so that none can be missing. */
export class Checksum {
  #hash = createHash('sha256')
  #lines = 0

  constructor(before = '') {
    this.#hash.update(before)
  }

  get lines(): number {
    return this.#lines
  }

  /** @param line - without its line feed. */
  add(line: string): void {
    this.#hash.update(`${line}\n`)
    this.#lines++
  }

  /** What the checkpoint says; begins anew. */
  next(): { readonly lines: number; readonly sha256: string } {
    const [lines, sha256] = [this.#lines, this.#hash.digest('hex')]
    this.#hash = createHash('sha256').update(sha256)
    this.#lines = 0
    return { lines, sha256 }
  }
}
