/** Where a payload belongs. */
export interface SerializationContext {
  readonly persistenceId: string
  readonly sequenceNr: number
  /** What it is a part of: both have sequence numbers. Left out by who does not say. */
  readonly kind?: 'event' | 'snapshot' | undefined
}

/**
 * Turns values of a kind into bytes and back. Identifier and manifest are stored beside the bytes, so what is written today
 * must be readable by the serializer of the same identifier for as long as the data lives.
 */
export interface Serializer<T = unknown> {
  /** Stored; never change it. 0-40 belong to Akka and Pekko, dynact's own start at 1100. */
  readonly identifier: number
  /** What `fromBinary` needs to know beside the bytes (a type name, a schema version); `''` for nothing. */
  manifest(value: T): string
  /** May be asynchronous: at most 16 run at once for a write or a replay. What it throws rejects the write before anything is sent. */
  toBinary(value: T, context?: SerializationContext): Uint8Array | Promise<Uint8Array>
  /** May be asynchronous, as `toBinary`; order is kept. May give {@link LEFT_OUT} instead of a value. What it throws fails the recovery. */
  fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): T | Promise<T>
}
