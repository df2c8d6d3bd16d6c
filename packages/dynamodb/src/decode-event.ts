import { types } from 'node:util'
import { LEFT_OUT, type PersistentRepr, type Serialization } from '@dynact/persistence'
import type { StoredEvent } from './layout/journal-item.js'

/**
 * Turns a stored event into an event, or into nothing where its serializer leaves it out.
 * @throws {@link SerializationError} it can't be deserialized.
 */
export const decodeEvent = (
  serialization: Serialization,
  persistenceId: string,
  event: StoredEvent,
): PersistentRepr | undefined | Promise<PersistentRepr | undefined> => {
  const { sequenceNr, manifest, writerUuid, timestamp, tags, deleted } = event
  const withPayload = (payload: unknown): PersistentRepr | undefined => {
    if (payload === LEFT_OUT) return undefined
    const repr = { persistenceId, sequenceNr, payload, manifest, writerUuid, timestamp, tags }
    return deleted ? { ...repr, deleted } : repr
  }
  const payload = serialization.deserialize(event.payload, { persistenceId, sequenceNr, kind: 'event' })
  return types.isPromise(payload) ? payload.then(withPayload) : withPayload(payload)
}
