import { type Item, readSnapshotItem, unreadableSnapshot } from '@dynact/dynamodb'
import { type SelectedSnapshot, SerializationError } from '@dynact/persistence'
import { decompress } from './compression.js'
import { DamagedPartsError, readParts } from './read-parts.js'
import type { SnapshotCall } from './snapshot-context.js'

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/**
 * The state of a snapshot from its item: its parts are fetched and checked, it is decompressed and deserialized.
 *
 * @throws {@link RecoveryError} what is stored is damaged.
 * @throws {@link SerializationError} its serializer is not registered, or has failed.
 * @throws {@link RequestFailedError} its parts could not be fetched.
 */
export const decodeSnapshot = async (call: SnapshotCall, item: Item): Promise<SelectedSnapshot> => {
  const { table, serialization } = call.config
  const { metadata, payload, parts, uncompressedSize } = readSnapshotItem(item, table, call.persistenceId)
  let { bytes } = payload
  try {
    if (parts !== undefined) bytes = await readParts(call, metadata, parts)
  } catch (cause) {
    if (!(cause instanceof DamagedPartsError)) throw cause
    throw unreadableSnapshot(table, metadata, cause.message, cause)
  }
  try {
    if (uncompressedSize !== undefined) bytes = await decompress(bytes, uncompressedSize)
  } catch (cause) {
    throw unreadableSnapshot(table, metadata, `it can't be decompressed: ${reasonOf(cause)}`, cause)
  }
  try {
    return { metadata, snapshot: await serialization.deserialize({ ...payload, bytes }, metadata) }
  } catch (cause) {
    if (!(cause instanceof SerializationError)) throw cause
    const { persistenceId, sequenceNr, serializerId, serializerManifest } = cause
    const facts = { persistenceId, sequenceNr, serializerId, serializerManifest, cause }
    throw new SerializationError(`${cause.message} It is the snapshot at ${sequenceNr} in table ${table}.`, facts)
  }
}
