import { types } from 'node:util'
import type { Serialization, SerializedPayload } from '@dynact/persistence'

const copied = (payload: SerializedPayload): SerializedPayload => ({ ...payload, bytes: new Uint8Array(payload.bytes) })

/** Bytes of its own: a serializer may give, and take, those of the value itself. */
export const copyingSerialization = (inner: Serialization): Serialization => ({
  serialize: (value, context) => {
    const payload = inner.serialize(value, context)
    return types.isPromise(payload) ? payload.then(copied) : copied(payload)
  },
  deserialize: (payload, context) => inner.deserialize(copied(payload), context),
})
