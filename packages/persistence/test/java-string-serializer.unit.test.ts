// Strings that a JVM stored with Java serialization.
import { SerializationError, serialization } from '@dynact/persistence'

const context = { persistenceId: 'order-7', sequenceNr: 3 }
const read = (bytes: Uint8Array): unknown =>
  serialization().deserialize({ serializerId: 1, serializerManifest: '', bytes }, context)

const HEADER = [0xac, 0xed, 0x00, 0x05]
/** A string of up to 65,535 bytes of modified UTF-8. */
const short = (...utf8: number[]): Uint8Array =>
  Uint8Array.from([...HEADER, 0x74, utf8.length >> 8, utf8.length & 0xff, ...utf8])
const long = (utf8: readonly number[]): Uint8Array => {
  const length = [
    0,
    0,
    0,
    0,
    utf8.length >>> 24,
    (utf8.length >> 16) & 0xff,
    (utf8.length >> 8) & 0xff,
    utf8.length & 0xff,
  ]
  return Uint8Array.from([...HEADER, 0x7c, ...length, ...utf8])
}

test.each<[string, Uint8Array, string]>([
  ['nothing', short(), ''],
  ['ASCII', short(0x61, 0x2d, 0x31), 'a-1'],
  ['two bytes a character', short(0xc3, 0xa4), 'ä'],
  ['three bytes a character', short(0xe6, 0x97, 0xa5), '日'],
  ['U+0000, which takes two', short(0x61, 0xc0, 0x80, 0x62), 'a\0b'],
  ['a surrogate pair, which takes six', short(0xed, 0xa0, 0xbc, 0xed, 0xbe, 0x88), '🎈'],
  ['a lone surrogate', short(0xed, 0xa0, 0xbc), '\ud83c'],
  ['a long string', long(Array.from({ length: 70_000 }, () => 0x78)), 'x'.repeat(70_000)],
])('reads %s', (_, bytes, text) => {
  expect(read(bytes)).toBe(text)
})

test('reads from the middle of a larger buffer', () => {
  expect(read(Uint8Array.from([1, 2, ...short(0x61)]).subarray(2))).toBe('a')
})

test.each<[string, Uint8Array]>([
  ['an Integer', Uint8Array.from([...HEADER, 0x73, 0x72, 0x00, 0x11])],
  ['null', Uint8Array.from([...HEADER, 0x70])],
  ['another version of the stream', Uint8Array.of(0xac, 0xed, 0x00, 0x06, 0x74, 0x00, 0x00)],
  ['something else', Uint8Array.of(1, 2, 3)],
  ['nothing at all', Uint8Array.of()],
])('says that %s needs the JVM', (_, bytes) => {
  expect(() => read(bytes)).toThrow(SerializationError)
  expect(() => read(bytes)).toThrow('order-7: event or snapshot 3')
  expect(() => read(bytes)).toThrow('is not a plain java.lang.String, which only a JVM can read')
})

test.each<[string, Uint8Array, string]>([
  ['a length that is cut', Uint8Array.from([...HEADER, 0x74, 0x00]), 'truncated'],
  ['a long length that is cut', Uint8Array.from([...HEADER, 0x7c, 0, 0, 0, 0]), 'truncated'],
  ['fewer bytes than it claims', short(0x61, 0x62).subarray(0, 8), 'claims 2 bytes, and there are 1'],
  ['more bytes than it claims', Uint8Array.from([...short(0x61), 0x62]), 'claims 1 bytes, and there are 2'],
  ['an enormous length', Uint8Array.from([...HEADER, 0x7c, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 'claims'],
  ['half a character at its end', short(0x61, 0xe6, 0x97), 'byte 1 of the Java string'],
  ['a character that goes on with nothing', short(0xc3, 0x61), 'byte 0 of the Java string'],
  ['four bytes a character, which Java never writes', short(0xf0, 0x9f, 0x8e, 0x88), 'byte 0 of the Java string'],
])('refuses %s', (_, bytes, why) => {
  expect(() => read(bytes)).toThrow(SerializationError)
  expect(() => read(bytes)).toThrow(why)
})

test('a string damaged in any one byte is a string or a SerializationError', () => {
  const whole = short(0x61, 0xc3, 0xa4, 0xe6, 0x97, 0xa5, 0xc0, 0x80)
  for (let at = 0; at < whole.byteLength; at++) {
    for (let byte = 0; byte < 256; byte++) {
      try {
        expect(typeof read(whole.with(at, byte))).toBe('string')
      } catch (error) {
        if (!(error instanceof SerializationError)) throw error
      }
    }
  }
})

test('is never chosen for writing', async () => {
  expect(await serialization().serialize('text', context)).toMatchObject({ serializerId: 20 })
})
