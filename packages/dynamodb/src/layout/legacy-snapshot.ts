/**
 * Snapshots as plugins before version 1.2 wrote them: int32 LE length of a header, the header (int32 LE serializer id, then
 * the serializer's manifest), and the state's bytes to the end.
 */
import type { SerializedPayload } from '@dynact/persistence'
import { decodeUtf8, type Fail } from './legacy-bytes.js'

const INT_BYTES = 4

/** Reads a legacy snapshot. Truncated or malformed bytes are refused. */
export const readLegacySnapshot = (snapshot: Uint8Array, fail: Fail): SerializedPayload => {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
  if (view.byteLength < 2 * INT_BYTES)
    fail(`its header takes ${2 * INT_BYTES} bytes at least, and there are ${view.byteLength}`)
  const headerLength = view.getInt32(0, true)
  const dataStart = INT_BYTES + headerLength
  if (headerLength < INT_BYTES || dataStart > view.byteLength)
    fail(`a header of ${headerLength} bytes does not fit into ${view.byteLength}`)
  return {
    serializerId: view.getInt32(INT_BYTES, true),
    serializerManifest: decodeUtf8(snapshot.subarray(2 * INT_BYTES, dataStart), "the serializer's manifest", fail),
    bytes: snapshot.subarray(dataStart),
  }
}
