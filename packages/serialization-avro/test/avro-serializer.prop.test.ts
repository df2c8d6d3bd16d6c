import { SerializationError } from '@dynact/persistence'
import { avroSerializer } from '@dynact/serialization-avro'
import fc from 'fast-check'
import { mutations } from '../../../tools/test-support/mutated-bytes.js'

/** Of everything that damaged lengths could make a decoder do: arrays of nothing, recursion, maps, unions, decimals. */
const schema = {
  type: 'record',
  name: 'Everything',
  fields: [
    { name: 'nulls', type: { type: 'array', items: 'null' } },
    { name: 'empties', type: { type: 'array', items: { type: 'record', name: 'Empty', fields: [] } } },
    { name: 'texts', type: { type: 'map', values: 'string' } },
    { name: 'bytes', type: 'bytes' },
    { name: 'next', type: ['null', 'Everything'], default: null },
    { name: 'either', type: ['null', 'int', 'string'], default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 2 } },
  ],
}
const serializer = avroSerializer({ identifier: 1500, schemas: { Everything: schema } })

const text = () => fc.string({ unit: 'grapheme' })
const { everything } = fc.letrec((tie) => ({
  everything: fc.record(
    {
      nulls: fc.array(fc.constant(null)),
      empties: fc.array(fc.constant({})),
      texts: fc
        .dictionary(fc.string({ unit: 'grapheme' }), text(), { noNullPrototype: true })
        .filter((map) => !Object.hasOwn(map, '__proto__')),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      next: fc.option(tie('everything'), { maxDepth: 3 }),
      either: fc.oneof(fc.constant(null), fc.integer(), text()),
      at: fc.date({ noInvalidDate: true }),
      amount: fc
        .bigInt({ min: -(10n ** 28n), max: 10n ** 28n })
        .map(
          (cents) =>
            `${cents < 0n ? '-' : ''}${(cents < 0n ? -cents : cents) / 100n}.${String((cents < 0n ? -cents : cents) % 100n).padStart(2, '0')}`,
        )
        .map((amount) => (amount === '-0.00' ? '0.00' : amount)),
    },
    { noNullPrototype: true },
  ),
}))

test('gives back what was written', () => {
  fc.assert(
    fc.property(everything, (value) => {
      expect(serializer.fromBinary(serializer.toBinary(value) as Uint8Array, serializer.manifest(value))).toStrictEqual(
        value,
      )
    }),
  )
})

test('gives an error or the value for mutated bytes: the checksum finds them', () => {
  fc.assert(
    fc.property(everything, mutations(), (value, mutate) => {
      const bytes = serializer.toBinary(value) as Uint8Array
      const mutated = mutate(bytes)
      const isSame = Buffer.compare(bytes, mutated) === 0
      try {
        expect(serializer.fromBinary(mutated, serializer.manifest(value))).toStrictEqual(value)
        expect(isSame).toBe(true)
      } catch (error) {
        if (isSame) throw error
        expect(error).toBeInstanceOf(SerializationError)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('what would keep a decoder busy for ever is refused at once: an array of 2^52 nulls', () => {
  const value = { nulls: [], empties: [], texts: {}, bytes: Buffer.of(), at: new Date(0), amount: '0.00' }
  const bytes = Buffer.from(serializer.toBinary(value) as Uint8Array)
  const claim = Buffer.from('8080808080808010', 'hex')
  const damaged = Buffer.concat([bytes.subarray(0, 5), claim, bytes.subarray(6)])

  expect(() => serializer.fromBinary(damaged, serializer.manifest(value))).toThrow(/checksum/)
})

test('keeps every safe integer as a long, in every place, and also when it is promoted', () => {
  const logical = { type: 'long', logicalType: 'timestamp-millis' }
  const record = (long: unknown) => ({
    type: 'record',
    name: 'Longs',
    fields: [
      { name: 'plain', type: long },
      { name: 'asObject', type: { type: long } },
      { name: 'optional', type: ['null', long] },
      { name: 'list', type: { type: 'array', items: long } },
      { name: 'at', type: logical },
      { name: 'again', type: ['null', logical] },
    ],
  })
  const longs = avroSerializer({ identifier: 1500, schemas: { Longs: record('long') } })
  const edges = [2 ** 52, 2 ** 52 - 1, 2 ** 52 + 1, 2 ** 53 - 1, 8.64e15].flatMap((edge) => [edge, -edge])
  const long = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges), fc.integer()).map((value) => value + 0)
  const time = fc.oneof(
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(...edges.filter((edge) => Math.abs(edge) <= 8.64e15)).map((value) => new Date(value)),
  )
  fc.assert(
    fc.property(long, time, (value, at) => {
      const all = { plain: value, asObject: value, optional: value, list: [value], at, again: at }
      expect(longs.fromBinary(longs.toBinary(all) as Uint8Array, longs.manifest(all))).toStrictEqual(all)
    }),
    { numRuns: 1_000 },
  )
  const one = avroSerializer({ identifier: 1500, schemas: { T: 'long' } })
  const other = avroSerializer({ identifier: 1500, schemas: { T: ['long', 'double'] } })
  const older = avroSerializer({ identifier: 1500, schemas: { T: ['int', 'long'] } })
  const fromInt = avroSerializer({ identifier: 1500, schemas: { T: 'int' } })
  expect(other.fromBinary(one.toBinary(-5) as Uint8Array, one.manifest(-5))).toBe(-5)
  expect(older.fromBinary(fromInt.toBinary(-5) as Uint8Array, fromInt.manifest(-5))).toBe(-5)
  expect(() => one.toBinary(2 ** 53)).toThrow(/value does not fit "long"/)
})
