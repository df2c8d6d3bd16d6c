import { types } from 'node:util'
import { LEFT_OUT, type PersistentRepr, type Serialization, SerializationError } from '@dynact/persistence'
import type { StoredEvent } from './layout/journal-item.js'

/** What events are decoded with. */
export interface DecodeConfig {
  readonly serialization: Serialization
  /** Named in errors. */
  readonly table: string
}

/**
 * Turns a stored event into an event, or into nothing where its serializer leaves it out.
 * @throws {@link SerializationError} it can't be deserialized.
 */
export const decodeEvent = (
  { serialization, table }: DecodeConfig,
  persistenceId: string,
  event: StoredEvent,
): PersistentRepr | undefined | Promise<PersistentRepr | undefined> => {
  const { sequenceNr, manifest, writerUuid, timestamp, tags, deleted } = event
  const withPayload = (payload: unknown): PersistentRepr | undefined => {
    if (payload === LEFT_OUT) return undefined
    const repr = { persistenceId, sequenceNr, payload, manifest, writerUuid, timestamp, tags }
    return deleted ? { ...repr, deleted } : repr
  }
  const fail = (cause: unknown): never => {
    if (!(cause instanceof SerializationError)) throw cause
    const { serializerId, serializerManifest } = cause
    const facts = { persistenceId, sequenceNr, serializerId, serializerManifest, cause }
    throw new SerializationError(`${cause.message} It is event ${sequenceNr} in table ${table}.`, facts)
  }
  let payload: unknown
  try {
    payload = serialization.deserialize(event.payload, { persistenceId, sequenceNr, kind: 'event' })
  } catch (cause) {
    return fail(cause)
  }
  return types.isPromise(payload) ? payload.then(withPayload, fail) : withPayload(payload)
}
