import { PARTITION_SIZE } from '@dynact/dynamodb'
import type { ResolvedJournalConfig } from '../config.js'

/** A request gives no more of a hundred, whatever its events take. */
const PAGE_BYTES = 1024 * 1024
/** The widest: in times of how many hundreds are read at once to begin with, and in all. */
const MAX_GROWTH = 2
const MAX_WIDTH = 64

/**
 * How many hundreds a replay asks for at once: more, the longer the history turns out to be, so that a round trip is paid for many
 * of them, and so that what is asked for in vain behind the end stays a small part of all; fewer, the larger its events are.
 */
export class ReadAhead {
  readonly #limits: Pick<ResolvedJournalConfig, 'replayParallelism' | 'readAhead'>
  #width: number
  #whole = 0

  /** @param width - to begin with, before it is known how long the history is. */
  constructor(limits: Pick<ResolvedJournalConfig, 'replayParallelism' | 'readAhead'>, width: number) {
    this.#limits = limits
    this.#width = width
  }

  /** How many hundreds, the one that comes next among them. */
  get width(): number {
    return this.#width
  }

  /** A hundred has been read: so many events, with so many bytes of payload. */
  hasRead(events: number, bytes: number): void {
    // After a whole hundred more are likely to follow; after another the next one is likely to be the end.
    if (events < PARTITION_SIZE) {
      this.#width = 1
      return
    }
    this.#whole++
    const { replayParallelism, readAhead } = this.#limits
    const wanted = Math.max(replayParallelism, Math.floor(this.#whole / 2))
    const affordable = Math.floor(readAhead / Math.min(PAGE_BYTES, Math.max(1, bytes)))
    this.#width = Math.max(1, Math.min(wanted, MAX_GROWTH * replayParallelism, MAX_WIDTH, affordable))
  }
}
