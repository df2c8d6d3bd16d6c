import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type AvroSchema, avroSerializer, schemaFingerprint } from '@dynact/serialization-avro'
import { readByTheLast, versions, written } from './deposited.js'

const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/avro-golden.json', import.meta.url), 'utf8'),
) as readonly { manifest: string; bytes: string }[]
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Writes by one list of versions, reads by another. */
const evolve = (older: AvroSchema, newer: AvroSchema, value: unknown): unknown => {
  const before = avroSerializer({ identifier: 1500, schemas: { T: older } })
  const after = avroSerializer({ identifier: 1500, schemas: { T: [older, newer] } })
  return after.fromBinary(before.toBinary(value) as Uint8Array, before.manifest(value))
}
const record = (...fields: unknown[]): AvroSchema => ({ type: 'record', name: 'R', fields })
const field = (type: unknown, more: object = {}) => ({ name: 'f', type, ...more })

describe('frozen bytes', () => {
  test.each([0, 1, 2, 3])('release %i writes them', (release) => {
    const serializer = avroSerializer({ identifier: 1500, schemas: { Deposited: versions.slice(0, release + 1) } })

    expect(serializer.manifest(written[release])).toBe(golden[release]?.manifest)
    expect(hex(serializer.toBinary(written[release]) as Uint8Array)).toBe(golden[release]?.bytes)
  })

  test.each([0, 1, 2, 3])('the last release reads those of release %i', (release) => {
    const serializer = avroSerializer({ identifier: 1500, schemas: { Deposited: versions } })
    const { manifest = '', bytes = '' } = golden[release] ?? {}

    expect(serializer.fromBinary(Buffer.from(bytes, 'hex'), manifest)).toStrictEqual(readByTheLast[release])
  })

  test('a version may stand anywhere in the list but last: its place is not stored', () => {
    const [first, second, third, last] = versions as [AvroSchema, AvroSchema, AvroSchema, AvroSchema]
    const serializer = avroSerializer({ identifier: 1500, schemas: { Deposited: [third, first, second, last] } })

    for (const [release, { manifest, bytes }] of golden.entries())
      expect(serializer.fromBinary(Buffer.from(bytes, 'hex'), manifest)).toStrictEqual(readByTheLast[release])
  })
})

describe('the fingerprint', () => {
  test("is the beginning of the SHA-256 of Avro's Parsing Canonical Form", () => {
    const form =
      '{"name":"bank.Deposited","type":"record","fields":[{"name":"account","type":"string"},{"name":"cents","type":"int"},{"name":"clerk","type":"string"}]}'

    expect(schemaFingerprint(versions[0] as AvroSchema)).toBe(
      createHash('sha256').update(form).digest('hex').slice(0, 32),
    )
  })

  test('does not count documentation, aliases, defaults and the way a schema is written', () => {
    const plain = { type: 'record', name: 'a.R', fields: [{ name: 'f', type: 'int' }] }
    const adorned = {
      fields: [{ default: 3, type: { type: 'int' }, doc: 'd', name: 'f', aliases: ['g'], order: 'descending' }],
      doc: 'd',
      name: 'R',
      namespace: 'a',
      aliases: ['Q'],
      type: 'record',
    }

    expect(schemaFingerprint(adorned)).toBe(schemaFingerprint(plain))
  })

  test('counts the scale of a decimal, of which the bytes are the same', () => {
    const decimal = (scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision: 9, scale })

    expect(schemaFingerprint(decimal(2))).not.toBe(schemaFingerprint(decimal(3)))
    expect(schemaFingerprint(decimal(2))).not.toBe(schemaFingerprint('bytes'))
  })
})

describe('an older event is read', () => {
  test.each<[string, AvroSchema, AvroSchema, unknown, unknown]>([
    ['with a field added', record(), record(field('string', { default: 'x' })), {}, { f: 'x' }],
    ['with a field removed', record(field('string')), record(), { f: 'x' }, {}],
    [
      'with a field renamed',
      record({ name: 'g', type: 'int' }),
      record(field('int', { aliases: ['g'] })),
      { g: 1 },
      { f: 1 },
    ],
    ['with int promoted to long', record(field('int')), record(field('long')), { f: 7 }, { f: 7 }],
    ['with int promoted to double', record(field('int')), record(field('double')), { f: 7 }, { f: 7 }],
    ['with long promoted to double', record(field('long')), record(field('double')), { f: 2 ** 40 }, { f: 2 ** 40 }],
    [
      'with string promoted to bytes',
      record(field('string')),
      record(field('bytes')),
      { f: 'x' },
      { f: Buffer.from('x') },
    ],
    ['with a field made optional', record(field('int')), record(field(['null', 'int'])), { f: 7 }, { f: 7 }],
    [
      'with a union widened',
      record(field(['null', 'int'])),
      record(field(['null', 'int', 'string'])),
      { f: 7 },
      { f: 7 },
    ],
    [
      'with a date made optional',
      record(field({ type: 'long', logicalType: 'timestamp-millis' })),
      record(field(['null', { type: 'long', logicalType: 'timestamp-millis' }])),
      { f: new Date(5) },
      { f: new Date(5) },
    ],
    [
      'with a number that is said to be a time',
      record(field('long')),
      record(field({ type: 'long', logicalType: 'timestamp-millis' })),
      { f: 5 },
      { f: new Date(5) },
    ],
    [
      'with an enum that has got more symbols',
      record(field({ type: 'enum', name: 'E', symbols: ['A'] })),
      record(field({ type: 'enum', name: 'E', symbols: ['B', 'A'] })),
      { f: 'A' },
      { f: 'A' },
    ],
    ['as a top-level union that has got more branches', ['null', 'int'], [['null', 'int', 'string']], 7, 7],
  ])('%s', (_, older, newer, value, expected) => {
    const unwrapped = Array.isArray(newer) ? (newer[0] as AvroSchema) : newer
    const before = Array.isArray(older) ? [older] : older
    const writer = avroSerializer({ identifier: 1500, schemas: { T: before } })
    const reader = avroSerializer({ identifier: 1500, schemas: { T: [older, unwrapped] } })

    expect(reader.fromBinary(writer.toBinary(value) as Uint8Array, writer.manifest(value))).toStrictEqual(expected)
  })
})

describe('schemas that do not fit together are refused when the serializer is made', () => {
  const item = (type: string) => ({ type: 'record', name: 'Item', fields: [{ name: 'price', type }] })
  test.each<[string, AvroSchema, AvroSchema, RegExp]>([
    ['a new field without a default', record(), record(field('int')), /the field f: .*no default/],
    ['a changed type', record(field('string')), record(field('int')), /the field f: /],
    ['a narrowed number', record(field('long')), record(field('int')), /the field f: /],
    ['a narrowed union', record(field(['null', 'int'])), record(field('int')), /the field f: /],
    [
      'a removed symbol',
      record(field({ type: 'enum', name: 'E', symbols: ['A', 'B'] })),
      record(field({ type: 'enum', name: 'E', symbols: ['A'] })),
      /the field f: /,
    ],
    [
      'a change deep inside',
      record(field({ type: 'array', items: item('string') })),
      record(field({ type: 'array', items: item('int') })),
      /the field f\.\[\]\.price: /,
    ],
    [
      'another scale of a decimal',
      record(field({ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 })),
      record(field({ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 })),
      /the field f: /,
    ],
    [
      'a date that becomes a time',
      record(field({ type: 'int', logicalType: 'date' })),
      record(field({ type: 'long', logicalType: 'timestamp-millis' })),
      /the field f: /,
    ],
    ['another record', record(), { type: 'record', name: 'S', fields: [] }, /the type itself/],
  ])('%s', (_, older, newer, where) => {
    const make = () => evolve(older, newer, {})

    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(where) }))
    for (const part of ['type T ', schemaFingerprint(older), schemaFingerprint(newer)]) expect(make).toThrow(part)
  })
})

test('the same schema twice counts once, also in other words', () => {
  const twice = avroSerializer({
    identifier: 1500,
    schemas: { T: [record(field('int')), record(field('int', { aliases: ['g'], doc: 'same' }))] },
  })
  const once = avroSerializer({ identifier: 1500, schemas: { T: record(field('int')) } })

  expect(twice.manifest({ f: 1 })).toBe(once.manifest({ f: 1 }))
  expect(twice.fromBinary(once.toBinary({ f: 1 }) as Uint8Array, once.manifest({ f: 1 }))).toEqual({ f: 1 })
})
