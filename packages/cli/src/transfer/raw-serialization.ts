import type { Serialization, SerializedPayload } from '@dynact/persistence'

/** Leaves payloads in their bytes: what is copied need not be understood. */
export const rawSerialization: Serialization = {
  serialize: (value) => value as SerializedPayload,
  deserialize: (payload) => payload,
}
