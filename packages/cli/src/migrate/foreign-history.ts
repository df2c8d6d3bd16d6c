import type { Serialization, SerializedPayload } from '@dynact/persistence'
import type { SourceRecord, WriteRecord } from '../transfer/transfer-record.js'

/** An event of another store. */
export interface ForeignEvent {
  readonly sequenceNr: number
  readonly payload: unknown
  /** Epoch milliseconds; 0 if unknown. */
  readonly timestamp: number
  readonly tags: readonly string[]
  readonly deleted: boolean
}

const MICROS_PER_MILLI = 1000

/**
 * Makes the records of an id's events. The same events give the same records, whenever it is done: times rise by a microsecond at
 * least, and the writer is the given one, not a new one.
 */
export class ForeignHistory {
  readonly #persistenceId: string
  readonly #writerUuid: string
  readonly #serialization: Serialization
  #micros = 0
  #highest = 0

  constructor(persistenceId: string, writerUuid: string, serialization: Serialization) {
    this.#persistenceId = persistenceId
    this.#writerUuid = writerUuid
    this.#serialization = serialization
  }

  /** @param deletedTo - events up to here were deleted. */
  begin(deletedTo = 0): SourceRecord {
    this.#highest = deletedTo
    return { type: 'id', persistenceId: this.#persistenceId, deletedTo }
  }

  async event({ sequenceNr, payload, timestamp, tags, deleted }: ForeignEvent): Promise<WriteRecord> {
    const persistenceId = this.#persistenceId
    const { serializerId, serializerManifest, bytes }: SerializedPayload = await this.#serialization.serialize(
      payload,
      {
        persistenceId,
        sequenceNr,
        kind: 'event',
      },
    )
    if (timestamp > 0) this.#micros = Math.max(Math.round(timestamp * MICROS_PER_MILLI), this.#micros + 1)
    this.#highest = sequenceNr
    return {
      type: 'write',
      persistenceId,
      sequenceNr,
      writerUuid: this.#writerUuid,
      events: [
        {
          serializerId,
          ...(serializerManifest !== '' && { serializerManifest }),
          bytes: Buffer.from(bytes).toString('base64'),
          ...(timestamp > 0 && { micros: this.#micros }),
          ...(tags.length > 0 && { tags: [...tags] }),
          ...(deleted && { deleted: true as const }),
        },
      ],
    }
  }

  end(): SourceRecord {
    return { type: 'end', persistenceId: this.#persistenceId, highestSequenceNr: this.#highest }
  }
}
