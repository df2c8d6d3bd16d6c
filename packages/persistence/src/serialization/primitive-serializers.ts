/**
 * The primitives that Akka and Pekko store under identifiers of their own, byte for byte as they do.
 * Source: `org.apache.pekko.serialization.PrimitiveSerializers` and `ByteArraySerializer` (Apache-2.0, read for the format).
 */
import type { Serializer } from './serializer.js'

const utf8 = new TextEncoder()
// fatal: bytes that are not UTF-8 are damage, not a string with replacement characters; ignoreBOM keeps a leading U+FEFF.
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const noManifest = () => ''

const expectLength = (bytes: Uint8Array, length: number): DataView => {
  if (bytes.byteLength !== length) throw new RangeError(`${length} bytes expected, got ${bytes.byteLength}`)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/** Strings as UTF-8 under identifier 20. A string with a lone surrogate has no UTF-8 form and is refused. */
export const stringSerializer: Serializer<string> = {
  identifier: 20,
  manifest: noManifest,
  toBinary: (value) => {
    if (!value.isWellFormed()) throw new RangeError('the string has a lone surrogate, which UTF-8 cannot hold')
    return utf8.encode(value)
  },
  fromBinary: (bytes) => fromUtf8.decode(bytes),
}

/** Byte arrays as they are, under identifier 4. */
export const bytesSerializer: Serializer<Uint8Array> = {
  identifier: 4,
  manifest: noManifest,
  toBinary: (value) => value,
  fromBinary: (bytes) => bytes,
}

/** Long: a bigint of 64 signed bits, little-endian, under identifier 18. */
export const longSerializer: Serializer<bigint> = {
  identifier: 18,
  manifest: noManifest,
  toBinary: (value) => {
    if (value < INT64.min || value > INT64.max) throw new RangeError(`${value} does not fit into 64 signed bits`)
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, value, true)
    return bytes
  },
  fromBinary: (bytes) => expectLength(bytes, 8).getBigInt64(0, true),
}

/** Int: a number of 32 signed bits, little-endian, under identifier 19. */
export const intSerializer: Serializer<number> = {
  identifier: 19,
  manifest: noManifest,
  toBinary: (value) => {
    if (!Number.isInteger(value) || value < INT32.min || value > INT32.max)
      throw new RangeError(`${value} is not an integer of 32 signed bits`)
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, value, true)
    return bytes
  },
  fromBinary: (bytes) => expectLength(bytes, 4).getInt32(0, true),
}

/** Boolean: one byte, 1 or 0, under identifier 35. */
export const booleanSerializer: Serializer<boolean> = {
  identifier: 35,
  manifest: noManifest,
  toBinary: (value) => Uint8Array.of(value ? 1 : 0),
  fromBinary: (bytes) => expectLength(bytes, 1).getUint8(0) !== 0,
}

/** Pekko's ByteString, identifier 21: the bytes as they are. Read, never chosen for writing. */
export const byteStringSerializer: Serializer<Uint8Array> = { ...bytesSerializer, identifier: 21 }
