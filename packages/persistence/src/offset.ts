/**
 * Where a stream of events goes on. Plain data: store it as JSON, and hand it back as it came.
 */

/** From the beginning. */
export interface NoOffset {
  readonly sequenceNr?: undefined
  readonly timestamp?: undefined
}

/** Behind an event of one id: go on with `from: sequenceNr + 1`. What the streams of one id give. */
export interface SequenceOffset {
  readonly sequenceNr: number
  readonly timestamp?: undefined
}

/**
 * A place among the events of many ids: what the streams by tag and by slices give and take. A stream that goes on there delivers
 * every event that was not delivered before, also one that became visible late, and none again.
 *
 * `{ timestamp, seen: {} }` of one's own begins with the events of that instant.
 */
export interface TimestampOffset {
  /** Epoch milliseconds, with fractions down to a microsecond: how far it has been read. */
  readonly timestamp: number
  /**
   * Where reading goes on, in epoch milliseconds with a fraction: everything before had been visible for long when it was read.
   * @defaultValue `timestamp`
   */
  readonly since?: number
  /** The last sequence number delivered, for every id with an event delivered since then. */
  readonly seen: Readonly<Record<string, number>>
  readonly sequenceNr?: undefined
}

/** Where a stream of events goes on: what an envelope carries, and what a query takes. */
export type Offset = NoOffset | SequenceOffset | TimestampOffset

/** From the beginning. */
export const NoOffset: NoOffset = Object.freeze({})
