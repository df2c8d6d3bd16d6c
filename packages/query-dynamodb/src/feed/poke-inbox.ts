import type { EventPoke } from '@dynact/persistence'
import { type Sleep, WakeUp } from '../stream/wake-up.js'

/** Bounds what waits for a slow consumer. More than this need not be kept: the feed tells of it, too. */
const MAX_IDS = 1_000

/** The pokes that a live stream has not looked at yet: the latest of each id. */
export class PokeInbox {
  readonly #isWanted: (poke: EventPoke) => boolean
  readonly #wakeUp: WakeUp
  readonly #pokes = new Map<string, EventPoke>()

  constructor(isWanted: (poke: EventPoke) => boolean, sleep?: Sleep) {
    this.#isWanted = isWanted
    this.#wakeUp = new WakeUp(sleep)
  }

  put(poke: EventPoke): void {
    if (!this.#isWanted(poke)) return
    const waiting = this.#pokes.get(poke.persistenceId)
    if (waiting === undefined && this.#pokes.size >= MAX_IDS) return
    this.#pokes.set(poke.persistenceId, waiting === undefined ? poke : joined(waiting, poke))
    this.#wakeUp.call()
  }

  /** All pokes so far. */
  takeAll(): EventPoke[] {
    const pokes = [...this.#pokes.values()]
    this.#pokes.clear()
    return pokes
  }

  /** Waits for a poke, at most `ms` milliseconds. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#pokes.size === 0) await this.#wakeUp.wait(ms, signal)
    signal.throwIfAborted()
  }
}

/** One poke for both writes: of the later one, from the first event of the earlier one on. */
const joined = (one: EventPoke, other: EventPoke): EventPoke => {
  const [earlier, later] = one.sequenceNr <= other.sequenceNr ? [one, other] : [other, one]
  const first = Math.min(earlier.sequenceNr - (earlier.count ?? 1), later.sequenceNr - (later.count ?? 1))
  return { ...later, count: later.sequenceNr - first }
}
