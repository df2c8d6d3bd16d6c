import { partitionOf, type StoredEvent } from '@dynact/dynamodb'

/** Knows by the events of a history which hundred has its high mark stored, without reading the mark. */
export class MarkedHundred {
  /** The last one that is known to; -1 for none. */
  partitionNr = -1
  #lastWrite = { writerUuid: '', partitionNr: -1 }

  /** The next event of the history. */
  saw({ sequenceNr, index, writerUuid, timestamp }: StoredEvent): void {
    if (index > 0) return
    // A writer's second write in a hundred began when its first one was stored, with its high mark: if it is one of ours.
    // The JVM's leave the mark out when the hundredth event was rejected, and put no timestamps.
    const partitionNr = partitionOf(sequenceNr)
    const isSecond = this.#lastWrite.partitionNr === partitionNr && this.#lastWrite.writerUuid === writerUuid
    if (isSecond && timestamp > 0) this.partitionNr = partitionNr
    this.#lastWrite = { writerUuid, partitionNr }
  }
}
