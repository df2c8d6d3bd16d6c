import { SerializationError } from '@dynact/persistence'
import { type AvroSchema, avroSerializer, logicalTypes, TimestampMillisType } from '@dynact/serialization-avro'
import { thrownBy } from '../../../tools/test-support/failures.js'

const context = { persistenceId: 'orders-7', sequenceNr: 3 }
const point = {
  type: 'record',
  name: 'Point',
  fields: [
    { name: 'x', type: 'int' },
    { name: 'label', type: ['null', 'string'], default: null },
  ],
} as const
const points = avroSerializer({ identifier: 1500, schemas: { Point: point } })

const roundTrip = (schema: AvroSchema, value: unknown) => {
  const serializer = avroSerializer({ identifier: 1500, schemas: { T: Array.isArray(schema) ? [schema] : schema } })
  return serializer.fromBinary(serializer.toBinary(value) as Uint8Array, serializer.manifest(value))
}

test('the stored bytes end with plain Avro binary', () => {
  const bytes = Buffer.from(points.toBinary({ x: 1, label: 'a' }) as Uint8Array)

  expect(bytes.subarray(5)).toEqual(Buffer.from('02020261', 'hex'))
  expect(bytes[0]).toBe(1)
})

test('reads from a view into a larger buffer', () => {
  const bytes = points.toBinary({ x: 1 }) as Uint8Array
  const larger = new Uint8Array(bytes.length + 20)
  larger.set(bytes, 10)

  expect(points.fromBinary(larger.subarray(10, 10 + bytes.length), points.manifest({ x: 1 }))).toEqual({
    x: 1,
    label: null,
  })
})

test.each<[string, AvroSchema, unknown]>([
  ['a time', { type: 'long', logicalType: 'timestamp-millis' }, new Date('2026-01-02T03:04:05.678Z')],
  ['a time before 1970', { type: 'long', logicalType: 'timestamp-millis' }, new Date(-1)],
  ['a date', { type: 'int', logicalType: 'date' }, new Date('1969-12-30')],
  ...['0.00', '12.30', '-12.30', '1.28', '-1.28', '-1.29', '2.55', '2.56', '9999999.99', '-0.01'].map(
    (value): [string, AvroSchema, unknown] => [
      `the decimal ${value}`,
      { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
      value,
    ],
  ),
  ['a decimal without a scale', { type: 'bytes', logicalType: 'decimal', precision: 40 }, `-${'9'.repeat(40)}`],
  ['a fixed decimal', { type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9, scale: 2 }, '-12.30'],
  [
    'records inside of records, arrays, maps and unions, as plain objects',
    { type: 'array', items: { type: 'map', values: ['null', point] } },
    [{ a: { x: 1, label: 'l' }, b: null }],
  ],
  ['a wrapped branch of a union', ['int', 'long'], { long: 5 }],
  ['bytes', 'bytes', Buffer.of(1, 2)],
])('keeps %s', (_, schema, value) => {
  expect(roundTrip(schema, value)).toStrictEqual(value)
})

test('a decimal of fewer digits is read with all digits of the scale', () => {
  expect(roundTrip({ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, '-1.5')).toBe('-1.50')
})

test.each<[string, AvroSchema, unknown, RegExp]>([
  ['a field of another type', point, { x: 'one' }, /value\.x does not fit "int"/],
  ['a field that the schema lacks', point, { x: 1, y: 2 }, /value\.y is not in the schema/],
  ['a missing field', point, {}, /value\.x/],
  ['a lone surrogate', 'string', '\ud800', /lone surrogate/],
  ['a lone surrogate in a key', { type: 'map', values: 'int' }, { '\ud800': 1 }, /lone surrogate/],
  ['the key __proto__', { type: 'map', values: 'int' }, JSON.parse('{"__proto__":1}'), /__proto__/],
  ['a time of day as a date', { type: 'int', logicalType: 'date' }, new Date(1), /date/],
  ['an invalid date', { type: 'long', logicalType: 'timestamp-millis' }, new Date(Number.NaN), /timestamp/],
  [
    'a decimal of too many places',
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
    '1.234',
    /decimal/,
  ],
  [
    'a decimal of too many digits',
    { type: 'bytes', logicalType: 'decimal', precision: 3, scale: 2 },
    '12.34',
    /decimal/,
  ],
  ['a number as a decimal', { type: 'bytes', logicalType: 'decimal', precision: 3, scale: 2 }, 1.2, /decimal/],
  [
    'a decimal that its bytes cannot hold',
    { type: 'fixed', name: 'F', size: 1, logicalType: 'decimal', precision: 9 },
    '128',
    /decimal/,
  ],
])('refuses %s', (_, schema, value, why) => {
  expect(() => roundTrip(schema, value)).toThrow(why)
})

test('keeps the replacement character itself', () => {
  expect(roundTrip('string', 'a\ufffdb')).toBe('a\ufffdb')
})

describe('what it can not read is a SerializationError', () => {
  const bytes = points.toBinary({ x: 1, label: 'a' }) as Uint8Array
  const manifest = points.manifest({ x: 1 })
  test.each<[string, Uint8Array, string, RegExp]>([
    ['an unknown fingerprint', bytes, 'Point#00', /schema of fingerprint 00.* List it in schemas\.Point/],
    ['an unknown type', bytes, 'Line#00', /no type "Line".*00.*Point/],
    ['a manifest of another form', bytes, 'Point', /no type/],
    ['a flipped bit', bytes.map((byte, index) => (index === 6 ? byte ^ 1 : byte)), manifest, /checksum/],
    ['a truncated payload', bytes.subarray(0, -1), manifest, /checksum/],
    ['an empty payload', new Uint8Array(), manifest, /truncated/],
    ['another version of the form', bytes.map((byte, index) => (index === 0 ? 2 : byte)), manifest, /version 1/],
  ])('%s', (_, stored, asManifest, why) => {
    const failure = thrownBy(() => points.fromBinary(stored, asManifest, context))

    expect(failure).toBeInstanceOf(SerializationError)
    expect(failure).toMatchObject({ ...context, serializerId: 1500, serializerManifest: asManifest })
    expect(String(failure)).toMatch(why)
  })

  test('the payload of another version of the type, under a manifest that is not its own', () => {
    const both = avroSerializer({
      identifier: 1500,
      schemas: { Point: [{ ...point, fields: [{ name: 'x', type: 'int' }] }, point] },
    })
    const older = avroSerializer({
      identifier: 1500,
      schemas: { Point: { ...point, fields: [{ name: 'x', type: 'int' }] } },
    })

    expect(thrownBy(() => both.fromBinary(bytes, older.manifest({ x: 1 })))).toBeInstanceOf(SerializationError)
  })
})

describe('the type of a value', () => {
  const named = (name: string, ...fields: string[]) => ({
    type: 'record',
    name,
    fields: fields.map((field) => ({ name: field, type: 'string' })),
  })
  const schemas = { A: named('A', 'type', 'a'), B: named('B', 'type', 'b'), C: named('C', 'c'), D: named('D', 'c') }
  const several = avroSerializer({ identifier: 1500, schemas })
  const typeIn = (manifest: string) => manifest.split('#')[0]

  test('is the one that its property type names, or the only one that it fits', () => {
    expect(typeIn(several.manifest({ type: 'A', a: 'x' }))).toBe('A')
    expect(typeIn(several.manifest({ type: 'x', b: 'x' }))).toBe('B')
  })

  test('must be known', () => {
    expect(() => several.manifest({ c: 'x' })).toThrow(/fits several of the types C, D.*typeOf/)
    expect(() => several.manifest({ e: 'x' })).toThrow(/fits none of the types A, B, C, D/)
  })

  test('is what typeOf says', () => {
    const told = avroSerializer({ identifier: 1500, schemas, typeOf: (value) => (value === 'x' ? 'E' : 'D') })

    expect(typeIn(told.manifest({ c: 'x' }))).toBe('D')
    expect(() => told.manifest('x')).toThrow(/"E".*A, B, C, D/)
  })
})

test.each<[string, object]>([
  ['no types', { schemas: {} }],
  ['no versions', { schemas: { T: [] } }],
  ['a schema that is none', { schemas: { T: { type: 'rekord' } } }],
  ['a decimal without precision', { schemas: { T: { type: 'bytes', logicalType: 'decimal' } } }],
  ['a decimal on a string', { schemas: { T: { type: 'string', logicalType: 'decimal', precision: 2 } } }],
  ['an unknown option', { schemas: { T: 'int' }, schema: 1 }],
])('refuses %s', (_, options) => {
  const make = () => avroSerializer({ identifier: 1500, ...options } as never)

  expect(make).toThrow(expect.objectContaining({ code: 'CONFIG' }))
})

test('takes logical types of the user', () => {
  class Seconds extends TimestampMillisType {
    protected override _fromValue(value: number): Date {
      return new Date(value * 1000)
    }
    protected override _toValue(value: Date): number {
      return value.getTime() / 1000
    }
  }
  const schema = { type: 'long', logicalType: 'seconds' }
  const serializer = avroSerializer({ identifier: 1500, schemas: { T: schema }, logicalTypes: { seconds: Seconds } })
  const bytes = serializer.toBinary(new Date(1000)) as Uint8Array

  expect(bytes.at(-1)).toBe(2)
  expect(serializer.fromBinary(bytes, serializer.manifest(new Date(0)))).toEqual(new Date(1000))
  expect(Object.keys(logicalTypes)).toEqual(['timestamp-millis', 'date', 'decimal'])
})

test('a long that became a time, and is beyond the dates of JavaScript, is an error and no invalid date', () => {
  const time = { type: 'long', logicalType: 'timestamp-millis' } as const
  const before = avroSerializer({ identifier: 1500, schemas: { T: 'long' } })
  const after = avroSerializer({ identifier: 1500, schemas: { T: ['long', time] } })
  const stored = (value: number) => before.toBinary(value) as Uint8Array

  expect(after.fromBinary(stored(8.64e15), before.manifest(1))).toEqual(new Date(8.64e15))
  expect(() => after.fromBinary(stored(8.64e15 + 1), before.manifest(1))).toThrow('beyond the dates of JavaScript')
})
