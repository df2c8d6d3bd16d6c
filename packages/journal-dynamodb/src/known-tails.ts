import { RecencyMap } from '@dynact/dynamodb'

/** A number of an incomplete batch that holds nothing: what its dead writer had on the way could still come to lie there. */
export interface Hole {
  readonly sequenceNr: number
  /** Where the batch would have ended. */
  readonly lastSequenceNr: number
}

/** What this process knows of the end of an id's history. */
export interface Tail {
  /** Highest sequence number that a recovery or write of this process saw in use. */
  readonly highest: number
  /** The hundred whose high mark is known to be stored; -1 when none is. */
  readonly markedPartition: number
  /**
   * The holes below `highest` that a recovery saw.
   * @defaultValue none
   */
  readonly holes?: readonly Hole[]
  /** It comes from reading alone: this process has not written since. */
  readonly isRead?: boolean
}

/** Bounds the memory: about 200 bytes an id. What is forgotten costs one more write unit at the next write of the id. */
const MAX_IDS = 100_000

/**
 * Remembers the tails of the ids that this process has recovered or written last. One with holes is kept until they are plugged,
 * however many others there are: a write that did not know of them would go on in front of them.
 */
export class KnownTails {
  readonly #tails = new RecencyMap<string, Tail>()
  /** Those with holes; rare, since they need a crash within a batch. */
  readonly #torn = new Map<string, Tail>()
  readonly #maxIds: number

  /** @param maxIds - how many tails without holes are remembered. */
  constructor(maxIds = MAX_IDS) {
    this.#maxIds = maxIds
  }

  get(persistenceId: string): Tail | undefined {
    return this.#torn.get(persistenceId) ?? this.#tails.get(persistenceId)
  }

  set(persistenceId: string, tail: Tail): void {
    if (tail.holes !== undefined && tail.holes.length > 0) {
      this.#tails.delete(persistenceId)
      this.#torn.set(persistenceId, tail)
      return
    }
    this.#torn.delete(persistenceId)
    this.#tails.set(persistenceId, tail)
    if (this.#tails.size <= this.#maxIds) return
    const { oldest } = this.#tails
    if (oldest !== undefined) this.#tails.delete(oldest.key)
  }

  forget(persistenceId: string): void {
    this.#tails.delete(persistenceId)
    this.#torn.delete(persistenceId)
  }
}
