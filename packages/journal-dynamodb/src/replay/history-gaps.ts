import type { Hole } from '../known-tails.js'
import type { LeftOut } from './atomic-write-assembler.js'

/** First and last number. */
type Span = readonly [number, number]

/** No batch is as large: only a damaged one leaves so many in a row. */
export const MAX_HOLES = 100_000

/**
 * Tells the numbers that hold nothing apart. Those of an incomplete batch are *holes*: what its dead writer had on the way could
 * still come to lie there. Behind the last event, where their writer was the last one, they are no gaps: nobody has written on
 * without it. Before an event that is visible they are, since whoever wrote that would have plugged them.
 */
export class HistoryGaps {
  readonly #holes = new Map<number, Hole>()
  /** Since the last visible event: no batch goes on behind one. */
  #empty: Span[] = []
  #torn: LeftOut[] = []
  readonly #refuse: (torn: LeftOut) => never

  /** @param refuse - throws for a batch that leaves more than {@link MAX_HOLES}. */
  constructor(refuse: (torn: LeftOut) => never) {
    this.#refuse = refuse
  }

  /** The empty numbers of incomplete batches. */
  get holes(): Hole[] {
    return [...this.#holes.values()]
  }

  empty(first: number, last: number): void {
    this.#empty.push([first, last])
  }

  /** A stone is no part of a batch: its "rest" would be plugged by another one, and so on without end. */
  leftOut(part: LeftOut): void {
    if (!part.isStone) this.#torn.push(part)
  }

  /** A visible event comes next. @returns the gaps since the one before. */
  beforeVisible(): readonly Span[] {
    if (this.#empty.length === 0 && this.#torn.length === 0) return []
    this.#noteHoles()
    const gaps = this.#empty
    this.#empty = []
    this.#torn = []
    return gaps
  }

  /** The history ends here. @returns the gaps behind the last visible event. */
  atEnd(): readonly Span[] {
    this.#noteHoles()
    return this.#torn.reduce<readonly Span[]>((gaps, torn) => gaps.flatMap((gap) => without(gap, torn)), this.#empty)
  }

  #noteHoles(): void {
    for (const [first, last] of this.#empty)
      for (const torn of this.#torn) {
        const { lastSequenceNr } = torn
        const from = Math.max(first, torn.firstSequenceNr)
        const to = Math.min(last, lastSequenceNr)
        if (to - from >= MAX_HOLES) this.#refuse(torn)
        for (let sequenceNr = from; sequenceNr <= to; sequenceNr++)
          if (!this.#holes.has(sequenceNr)) this.#holes.set(sequenceNr, { sequenceNr, lastSequenceNr })
      }
  }
}

const without = ([first, last]: Span, { firstSequenceNr, lastSequenceNr }: LeftOut): Span[] =>
  (
    [
      [first, Math.min(last, firstSequenceNr - 1)],
      [Math.max(first, lastSequenceNr + 1), last],
    ] as const
  ).filter(([from, to]) => from <= to)
