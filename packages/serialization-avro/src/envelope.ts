/**
 * What stands in front of the Avro binary: a byte for the version of this form, and a CRC-32, big-endian, of the manifest in UTF-8
 * and the binary. avsc believes the lengths that it reads (an array of nulls may claim 2^53 of them), and Avro binary
 * that is damaged is often valid Avro of another value: so what is not as it was written is never decoded. Stored; never
 * change it but under another version.
 */
import { crc32 } from 'node:zlib'

const VERSION = 1
const HEADER_BYTES = 5

const checksum = (manifest: string, binary: Uint8Array): number => crc32(binary, crc32(Buffer.from(manifest, 'utf8')))

/** The stored bytes: they end with plain Avro binary. */
export const seal = (manifest: string, binary: Buffer): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES + binary.length)
  bytes[0] = VERSION
  new DataView(bytes.buffer).setUint32(1, checksum(manifest, binary))
  bytes.set(binary, HEADER_BYTES)
  return bytes
}

/**
 * The Avro binary of stored bytes.
 * @throws TypeError they are not as they were written.
 */
export const unseal = (manifest: string, bytes: Uint8Array): Buffer => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (all.length < HEADER_BYTES) throw new TypeError(`${all.length} bytes are too few: the payload is truncated`)
  if (all[0] !== VERSION)
    throw new TypeError(`the payload begins with byte ${all[0]}, where version ${VERSION} was expected`)
  const binary = all.subarray(HEADER_BYTES)
  if (all.readUInt32BE(1) !== checksum(manifest, binary))
    throw new TypeError('the checksum is wrong: payload or manifest are not what was written')
  return binary
}
