/**
 * The stored form of an encrypted payload: a byte for the version of this form, the data key's version (4 bytes, big-endian), IV (12),
 * encrypted data, tag (16). What is encrypted: the length of the inner manifest (4 bytes, big-endian), that manifest in UTF-8, and
 * the inner bytes. Stored; never change it but under another version.
 */
import type { SerializationContext } from '@dynact/persistence'
import { OVERHEAD_BYTES, open, seal } from './aes-gcm.js'
import type { DataKey } from './key-store.js'

const VERSION = 1
const HEADER_BYTES = 5
const LENGTH_BYTES = 4

/** Where a payload belongs, and how it was written: all of it is authenticated. */
export interface Place {
  readonly context: SerializationContext
  /** Of the encrypting serializer. */
  readonly serializerId: number
  /** The stored manifest, with the inner serializer's id. */
  readonly manifest: string
}

/** The inner serializer's part. */
export interface InnerPayload {
  readonly manifest: string
  readonly bytes: Uint8Array
}

const about = ({ context, serializerId, manifest }: Place, keyVersion: number): readonly string[] => [
  'dynact payload',
  ...[VERSION, keyVersion, serializerId, context.sequenceNr].map(String),
  manifest,
  context.kind ?? '',
  context.persistenceId,
]

/** The stored bytes. */
export const encrypt = ({ version, key }: DataKey, { manifest, bytes }: InnerPayload, place: Place): Uint8Array => {
  const name = Buffer.from(manifest, 'utf8')
  const plain = Buffer.alloc(LENGTH_BYTES + name.length + bytes.length)
  plain.writeUInt32BE(name.length)
  plain.set(name, LENGTH_BYTES)
  plain.set(bytes, LENGTH_BYTES + name.length)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(VERSION)
  header.writeUInt32BE(version, 1)
  return Buffer.concat([header, seal(key, plain, about(place, version))])
}

/**
 * The version of the key that stored bytes were written with.
 * @throws TypeError they are no encrypted payload.
 */
export const keyVersionOf = (stored: Uint8Array): number => {
  if (stored.length < HEADER_BYTES + OVERHEAD_BYTES + LENGTH_BYTES)
    throw new TypeError(`${stored.length} bytes are too few: the payload is truncated`)
  if (stored[0] !== VERSION)
    throw new TypeError(`the payload begins with byte ${stored[0]}, where version ${VERSION} was expected`)
  const version = new DataView(stored.buffer, stored.byteOffset).getUint32(1)
  // There never is a version 0: it must not pass for one that was forgotten.
  if (version === 0) throw new TypeError('the payload names no key: it was changed')
  return version
}

/** @throws TypeError the bytes are not what was written, or not at this place. */
export const decrypt = ({ version, key }: DataKey, stored: Uint8Array, place: Place): InnerPayload => {
  let plain: Buffer
  try {
    plain = open(key, stored.subarray(HEADER_BYTES), about(place, version))
  } catch (cause) {
    throw new TypeError(
      'the payload is not authentic: it was changed, or was written for another id, sequence number, kind or manifest',
      { cause },
    )
  }
  const end = LENGTH_BYTES + plain.readUInt32BE()
  return { manifest: plain.toString('utf8', LENGTH_BYTES, end), bytes: new Uint8Array(plain.subarray(end)) }
}
