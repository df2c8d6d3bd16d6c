/**
 * Puts the events of atomic writes together again and leaves incomplete ones out. Pure.
 *
 * Events come in the order of their sequence numbers. One that stands alone is visible at once. One of several is held back
 * until all of its write are there: places 0 to lastIndex, one writer, sequence numbers without a gap. Whatever else a crash,
 * a retry or two writers can leave is left out whole. Limits must be applied before.
 */
import { isSteppingStone, type StoredEvent } from '@dynact/dynamodb'

/** What was left out. */
export interface LeftOut {
  readonly fromSequenceNr: number
  readonly toSequenceNr: number
  /** Where the atomic write begins that this is a part of. */
  readonly firstSequenceNr: number
  /** Where it ends, or would have. */
  readonly lastSequenceNr: number
  /** It only takes up a number: nobody ever wanted to store more of it. */
  readonly isStone: boolean
}

export class AtomicWriteAssembler {
  readonly #onLeftOut: (leftOut: LeftOut) => void
  /** The events so far of a write that is not complete; held back. */
  #held: StoredEvent[] = []

  constructor(onLeftOut: (leftOut: LeftOut) => void) {
    this.#onLeftOut = onLeftOut
  }

  /** Does this event begin or go on with a write whose earlier events are here? If not, its head has to be looked for. */
  lacksHead(event: StoredEvent): boolean {
    return event.index > 0 && !this.#goesOnWith(event)
  }

  /**
   * Takes the next event and gives those that it makes visible.
   * @param headIsPresent - the earlier events of its write are known to be stored, though they are not replayed.
   */
  push(event: StoredEvent, headIsPresent: boolean): readonly StoredEvent[] {
    if (!this.#goesOnWith(event)) {
      this.leaveOutHeld()
      if (event.index > 0 && !headIsPresent) {
        this.#onLeftOut(leftOut(event, event))
        return []
      }
    }
    this.#held.push(event)
    if (event.index < event.lastIndex) return []
    const visible = this.#held
    this.#held = []
    return visible
  }

  /** Leaves out what is held back: a gap or the end comes next. */
  leaveOutHeld(): void {
    const [first, last] = [this.#held[0], this.#held.at(-1)]
    if (first === undefined || last === undefined) return
    this.#held = []
    this.#onLeftOut(leftOut(first, last))
  }

  #goesOnWith(event: StoredEvent): boolean {
    const last = this.#held.at(-1)
    return last !== undefined && follows(last, event)
  }
}

const leftOut = (first: StoredEvent, last: StoredEvent): LeftOut => {
  const firstSequenceNr = first.sequenceNr - first.index
  return {
    fromSequenceNr: first.sequenceNr,
    toSequenceNr: last.sequenceNr,
    firstSequenceNr,
    lastSequenceNr: firstSequenceNr + first.lastIndex,
    isStone: isSteppingStone(first),
  }
}

/** Are these two neighbours in one atomic write? */
export const follows = (earlier: StoredEvent, later: StoredEvent): boolean =>
  later.sequenceNr === earlier.sequenceNr + 1 &&
  later.index === earlier.index + 1 &&
  later.lastIndex === earlier.lastIndex &&
  later.writerUuid === earlier.writerUuid
