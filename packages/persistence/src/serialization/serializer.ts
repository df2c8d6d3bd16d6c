/** Where a payload belongs. */
export interface SerializationContext {
  readonly persistenceId: string
  readonly sequenceNr: number
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
  toBinary(value: T, context?: SerializationContext): Uint8Array | Promise<Uint8Array>
  fromBinary(bytes: Uint8Array, manifest: string, context?: SerializationContext): T | Promise<T>
}
