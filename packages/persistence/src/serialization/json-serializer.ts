import type { z } from 'zod'
import type { Serializer } from './serializer.js'
import { zodCodec } from './zod-codec.js'

/** Stored; never change. */
const JSON_SERIALIZER_ID = 1100

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const same = (value: unknown): unknown => value

/** Objects that JSON turns into `{}` or an object of digits. */
const LOST_CLASSES = [
  Map,
  Set,
  WeakMap,
  WeakSet,
  WeakRef,
  Promise,
  RegExp,
  Error,
  ArrayBuffer,
  SharedArrayBuffer,
] as const

/** What of a value JSON would drop, or turn into something else, without a word: the data would be gone. */
const lostAs = (holder: unknown, key: string, value: unknown): string | undefined => {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : String(value)
    case 'function':
    case 'symbol':
      return `a ${typeof value}`
    case 'undefined':
      return Array.isArray(holder) ? 'undefined, in an array' : undefined
    case 'object': {
      // JSON.stringify has called toJSON by now: an invalid date is null.
      if (value === null)
        return (holder as Record<string, unknown>)[key] instanceof Date ? 'an invalid date' : undefined
      if (ArrayBuffer.isView(value)) return 'a typed array'
      if (value instanceof Number && !Number.isFinite(value.valueOf())) return String(value)
      const lost = LOST_CLASSES.find((type) => value instanceof type)
      return lost && `${/^[AE]/.test(lost.name) ? 'an' : 'a'} ${lost.name}`
    }
    default:
      return undefined
  }
}

function refuseWhatJsonLoses(this: unknown, key: string, value: unknown): unknown {
  const lost = lostAs(this, key, value)
  if (lost === undefined) return value
  const where =
    key === '' ? 'the value' : Array.isArray(this) ? `the element ${key}` : `the property ${JSON.stringify(key)}`
  throw new TypeError(`${where} is ${lost}, which JSON would lose; convert it first, or bind a serializer of your own`)
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
 * JSON as UTF-8. What JSON would silently lose is refused: Map, Set, Promise, Error, RegExp, buffers and typed arrays, NaN and
 * Infinity, invalid dates, functions, symbols, `undefined` by itself or in an array. As with `JSON.stringify`, properties that
 * are `undefined` are left out, dates become strings, classes plain objects, and -0 becomes 0.
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
    fromBinary: (bytes) => decode(parsed(fromUtf8.decode(bytes))),
  }
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    // The engine's own error quotes the payload, which belongs in no log.
    throw new SyntaxError(`its ${json.length} characters are not valid JSON`)
  }
}
