/** AES-256-GCM with a random IV, and texts that are authenticated with the data. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
/** Bytes of a key. */
export const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** How much longer it is than the data: IV before, tag behind. */
export const OVERHEAD_BYTES = IV_BYTES + TAG_BYTES

/** Each text has its length before it, so that no two lists of texts give the same bytes. */
const authenticated = (texts: readonly string[]): Buffer =>
  Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )

/** A key of its own from the system's source of randomness. */
export const newKey = (): Uint8Array => new Uint8Array(randomBytes(KEY_BYTES))

/** IV, encrypted data, tag. */
export const seal = (key: Uint8Array, data: Uint8Array, about: readonly string[]): Buffer => {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(authenticated(about))
  return Buffer.concat([iv, cipher.update(data), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error it is not what `seal` gave for the same key and texts. */
export const open = (key: Uint8Array, sealed: Uint8Array, about: readonly string[]): Buffer => {
  if (sealed.length < OVERHEAD_BYTES) throw new RangeError('truncated')
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(authenticated(about))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}
