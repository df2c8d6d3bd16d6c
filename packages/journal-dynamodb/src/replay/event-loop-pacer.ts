import { setImmediate as nextTurn } from 'node:timers/promises'

/** Long work gives way to the rest of the process after this long. */
const SLICE_MS = 5

/** Gives the event loop a turn every 5 ms of work. */
export class EventLoopPacer {
  #sliceEnd = performance.now() + SLICE_MS

  /** Is it time to call {@link EventLoopPacer.giveWay}? Cheap enough for every event. */
  get isDue(): boolean {
    return performance.now() >= this.#sliceEnd
  }

  async giveWay(): Promise<void> {
    await nextTurn()
    this.#sliceEnd = performance.now() + SLICE_MS
  }
}
