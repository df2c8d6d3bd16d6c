import type { PersistenceError } from '../errors.js'

/** Fenced writes in a row, none successful between them, after which an actor stops by default: another one owns the id. */
const MAX_FENCED_IN_A_ROW = 5

/** Counts what went wrong in a row with one actor, over its incarnations. */
export class Failures {
  #fenced = 0
  #writes = 0
  #recoveries = 0

  /** Failures without a success between them, for the back-off. */
  get inARow(): number {
    return Math.max(this.#writes, this.#recoveries)
  }

  written(): void {
    this.#fenced = 0
    this.#writes = 0
  }

  /** A write ended so that the actor must recover. */
  blocked({ code }: PersistenceError): void {
    this.#writes += 1
    if (code === 'FENCED') this.#fenced += 1
  }

  /** May the actor recover from a write that ended so, and live on? Has to be asked after `blocked`. */
  allowRecoveryAfter({ code }: PersistenceError): boolean {
    return code === 'WRITE_UNCERTAIN' || (code === 'FENCED' && this.#fenced < MAX_FENCED_IN_A_ROW)
  }

  /** Says nothing of writes: an actor that is fenced recovers well every time. */
  recovered(): void {
    this.#recoveries = 0
  }

  recoveryFailed(): void {
    this.#recoveries += 1
  }
}
