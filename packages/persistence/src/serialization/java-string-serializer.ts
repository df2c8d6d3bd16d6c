/**
 * Strings that a JVM stored with Java serialization, as the oldest journals hold them. Read only, and nothing but strings.
 * Source: "Java Object Serialization Specification", chapter 6, and `java.io.DataInput` on modified UTF-8.
 */
import type { Serializer } from './serializer.js'

/** Stream magic and version. */
const HEADER = [0xac, 0xed, 0x00, 0x05]
const TC_STRING = 0x74
/** A string of 64 KiB of modified UTF-8 and more. */
const TC_LONG_STRING = 0x7c

const NOT_A_STRING =
  'it was written with Java serialization, and is not a plain java.lang.String, which only a JVM can read: have the JVM service store it anew with another serializer'

/** A plain `java.lang.String` in Java's own serialization, under identifier 1. Read, never chosen for writing. */
export const javaStringSerializer: Serializer<string> = {
  identifier: 1,
  manifest: () => '',
  toBinary: () => {
    throw new TypeError('dynact does not write Java serialization; bind another serializer')
  },
  fromBinary: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const type = view.byteLength > HEADER.length ? view.getUint8(HEADER.length) : undefined
    const isString = type === TC_STRING || type === TC_LONG_STRING
    if (!isString || HEADER.some((byte, index) => bytes[index] !== byte)) throw new TypeError(NOT_A_STRING)
    const lengthStart = HEADER.length + 1
    const start = lengthStart + (type === TC_STRING ? 2 : 8)
    if (view.byteLength < start) throw new RangeError('the Java string is truncated')
    const length = type === TC_STRING ? view.getUint16(lengthStart) : Number(view.getBigUint64(lengthStart))
    if (length !== view.byteLength - start)
      throw new RangeError(`the Java string claims ${length} bytes, and there are ${view.byteLength - start}`)
    return decodeModifiedUtf8(bytes.subarray(start))
  },
}

/** How many UTF-16 units become a piece of the string at a time: `String.fromCharCode` takes them as arguments. */
const PIECE_UNITS = 8192

/** Modified UTF-8: U+0000 in two bytes, and every UTF-16 surrogate for itself in three. */
const decodeModifiedUtf8 = (bytes: Uint8Array): string => {
  let text = ''
  let units: number[] = []
  for (let position = 0; position < bytes.length; ) {
    const [unit, size] = unitAt(bytes, position)
    position += size
    units.push(unit)
    if (units.length < PIECE_UNITS) continue
    text += String.fromCharCode(...units)
    units = []
  }
  return text + String.fromCharCode(...units)
}

/** The UTF-16 unit that begins at a position, and how many bytes it takes. */
const unitAt = (bytes: Uint8Array, position: number): [unit: number, size: number] => {
  const first = bytes[position] as number
  const continuation = (offset: number): number => {
    const byte = bytes[position + offset]
    if (byte === undefined || byte >> 6 !== 0b10)
      throw new RangeError(`byte ${position} of the Java string begins no character`)
    return byte & 0x3f
  }
  if (first >> 7 === 0) return [first, 1]
  if (first >> 5 === 0b110) return [((first & 0x1f) << 6) | continuation(1), 2]
  if (first >> 4 === 0b1110) return [((first & 0x0f) << 12) | (continuation(1) << 6) | continuation(2), 3]
  throw new RangeError(`byte ${position} of the Java string begins no character`)
}
