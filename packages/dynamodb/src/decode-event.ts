import type { PersistentRepr, Serialization } from '@dynact/persistence'
import type { StoredEvent } from './layout/journal-item.js'

/**
 * Turns a stored event into an event.
 * @throws {@link SerializationError} it can't be deserialized.
 */
export const decodeEvent = (
  serialization: Serialization,
  persistenceId: string,
  event: StoredEvent,
): PersistentRepr | Promise<PersistentRepr> => {
  const { sequenceNr, manifest, writerUuid, timestamp, tags, deleted } = event
  const withPayload = (payload: unknown): PersistentRepr => {
    const repr = { persistenceId, sequenceNr, payload, manifest, writerUuid, timestamp, tags }
    return deleted ? { ...repr, deleted } : repr
  }
  const payload = serialization.deserialize(event.payload, { persistenceId, sequenceNr })
  return payload instanceof Promise ? payload.then(withPayload) : withPayload(payload)
}
