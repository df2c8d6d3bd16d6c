import type { Hole } from '../known-tails.js'
import type { LeftOut } from './atomic-write-assembler.js'

/** Where a history holds nothing, and which of these numbers what a dead writer had on the way could still come to lie in. */
export class HistoryGaps {
  /** First and last number of each. */
  readonly #gaps: (readonly [number, number])[] = []
  readonly #leftOut: LeftOut[] = []

  add(first: number, last: number): void {
    this.#gaps.push([first, last])
  }

  leftOut(part: LeftOut): void {
    this.#leftOut.push(part)
  }

  /** The empty numbers of incomplete batches. */
  get holes(): Hole[] {
    const holes = new Map<number, Hole>()
    for (const [first, last] of this.#gaps)
      for (const { firstSequenceNr, lastSequenceNr } of this.#leftOut) {
        const end = Math.min(last, lastSequenceNr)
        for (let sequenceNr = Math.max(first, firstSequenceNr); sequenceNr <= end; sequenceNr++)
          if (!holes.has(sequenceNr)) holes.set(sequenceNr, { sequenceNr, lastSequenceNr })
      }
    return [...holes.values()]
  }
}
