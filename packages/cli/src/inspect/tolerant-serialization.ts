import { types } from 'node:util'
import {
  type Serialization,
  type SerializationContext,
  SerializationError,
  type SerializedPayload,
  serialization,
} from '@dynact/persistence'

/** What can't be deserialized, as it is stored, and why. */
export class Undecodable {
  readonly undecodable: string
  readonly serializerId: number
  readonly serializerManifest: string
  readonly bytes: Uint8Array

  constructor(reason: string, { serializerId, serializerManifest, bytes }: SerializedPayload) {
    this.undecodable = reason
    this.serializerId = serializerId
    this.serializerManifest = serializerManifest
    this.bytes = bytes
  }
}

/** Reads what it can, and gives an {@link Undecodable} in the place of what it can't. */
export const tolerantSerialization = (inner: Serialization = serialization()): Serialization => ({
  serialize: (value, context) => inner.serialize(value, context),
  deserialize: (payload: SerializedPayload, context: SerializationContext): unknown => {
    const failed = (error: unknown): unknown => {
      // A service of keys that is out of reach says nothing about what is stored.
      if (!(error instanceof SerializationError) || error.isTransient) throw error
      return new Undecodable(error.message, payload)
    }
    try {
      const value = inner.deserialize(payload, context)
      return types.isPromise(value) ? value.catch(failed) : value
    } catch (error) {
      return failed(error)
    }
  },
})
