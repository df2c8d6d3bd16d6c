import type { z } from 'zod'
import type { Serializer } from './serializer.js'
import { zodCodec } from './zod-codec.js'

/** Stored; never change. */
const JSON_SERIALIZER_ID = 1100

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const same = (value: unknown): unknown => value

/** JSON turns these into `{}`, `null` or an object of digits without a word: the data would be gone. */
const refuseWhatJsonLoses = (key: string, value: unknown): unknown => {
  const refuse = (what: string) => {
    const where = key === '' ? 'the value' : `the property ${JSON.stringify(key)}`
    throw new TypeError(
      `${where} is ${what}, which JSON would lose; convert it first, or bind a serializer of your own`,
    )
  }
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(String(value))
  if (typeof value === 'object' && value !== null) {
    if (value instanceof Map) refuse('a Map')
    if (value instanceof Set) refuse('a Set')
    if (ArrayBuffer.isView(value)) refuse('a typed array')
  }
  return value
}

/** What {@link jsonSerializer} takes. */
export interface JsonSerializerOptions {
  /**
   * Stored; never change it for data that exists.
   * @defaultValue 1100
   */
  readonly identifier?: number
  /**
   * Checks every value before it is written and after it is read; a zod codec (dates, say) is encoded on writing and decoded
   * on reading. Asynchronous refinements are not supported.
   */
  readonly schema?: z.ZodType
}

/**
 * JSON as UTF-8. What JSON would silently lose (Map, Set, typed arrays, NaN, Infinity, a bare `undefined`) is refused;
 * properties that are `undefined` are left out and dates become strings, as with `JSON.stringify`.
 */
export const jsonSerializer = ({ identifier = JSON_SERIALIZER_ID, schema }: JsonSerializerOptions = {}): Serializer => {
  const { encode, decode } = schema === undefined ? { encode: same, decode: same } : zodCodec(schema)
  return {
    identifier,
    manifest: () => '',
    toBinary: (value) => {
      const json = JSON.stringify(encode(value), refuseWhatJsonLoses)
      if (json === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`)
      return utf8.encode(json)
    },
    fromBinary: (bytes) => decode(JSON.parse(fromUtf8.decode(bytes))),
  }
}
