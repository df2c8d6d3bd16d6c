import type { PersistenceError } from '../errors.js'

/** Counts what went wrong in a row with one actor, over its incarnations. */
export class Failures {
  #fenced = 0
  #writes = 0
  #recoveries = 0

  /** Fenced writes since the last successful one. */
  get fenced(): number {
    return this.#fenced
  }

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

  /** Says nothing of writes: an actor that is fenced recovers well every time. */
  recovered(): void {
    this.#recoveries = 0
  }

  recoveryFailed(): void {
    this.#recoveries += 1
  }
}
