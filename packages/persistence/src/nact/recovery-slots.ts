/** A recovery that waits, in a ring: whichever gives up, and the first, leave it at once, however many there are. */
interface Waiting {
  readonly enter: () => void
  previous: Waiting
  next: Waiting
}

const ring = (): Waiting => {
  const head = { enter: () => {} } as Waiting
  head.previous = head
  head.next = head
  return head
}

const leave = ({ previous, next }: Waiting): void => {
  previous.next = next
  next.previous = previous
}

/** Lets so many recoveries run at once; the others wait in the order in which they came. */
export class RecoverySlots {
  readonly #limit: number
  /** The first that waits is its `next`, the last its `previous`; itself if none does. */
  readonly #head = ring()
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken
  }

  /**
   * Waits for a slot.
   *
   * @returns gives it back; calling it again does nothing.
   * @throws the signal's reason.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#taken >= this.#limit) await this.#turn(signal)
    else this.#taken += 1
    let isTaken = true
    return () => {
      if (isTaken) this.#release()
      isTaken = false
    }
  }

  /** Resolves when a slot has been handed over. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const last = this.#head.previous
      const waiting: Waiting = { enter, previous: last, next: this.#head }
      last.next = waiting
      this.#head.previous = waiting
      const giveUp = () => {
        leave(waiting)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  #release(): void {
    const first = this.#head.next
    if (first === this.#head) {
      this.#taken -= 1
      return
    }
    leave(first) // The slot goes from hand to hand.
    first.enter()
  }
}
