import {
  booleanSerializer,
  byteStringSerializer,
  bytesSerializer,
  intSerializer,
  jsonSerializer,
  longSerializer,
  type Serializer,
  serialization,
  stringSerializer,
} from '@dynact/persistence'
import { z } from 'zod'

const context = { persistenceId: 'orders-7', sequenceNr: 3 }
const bytes = (...values: number[]) => Uint8Array.of(...values)
const utf8 = (text: string) => new TextEncoder().encode(text)

describe('primitive serializers', () => {
  test.each<[string, Serializer, unknown, number, Uint8Array]>([
    ['string', stringSerializer as Serializer, 'aß€😀', 20, utf8('aß€😀')],
    ['empty string', stringSerializer as Serializer, '', 20, bytes()],
    ['string with a byte order mark', stringSerializer as Serializer, '\ufeffx', 20, utf8('\ufeffx')],
    ['byte array', bytesSerializer as Serializer, bytes(1, 2, 255), 4, bytes(1, 2, 255)],
    ['long', longSerializer as Serializer, 258n, 18, bytes(2, 1, 0, 0, 0, 0, 0, 0)],
    ['smallest long', longSerializer as Serializer, -(2n ** 63n), 18, bytes(0, 0, 0, 0, 0, 0, 0, 128)],
    ['int', intSerializer as Serializer, 258, 19, bytes(2, 1, 0, 0)],
    ['negative int', intSerializer as Serializer, -1, 19, bytes(255, 255, 255, 255)],
    ['true', booleanSerializer as Serializer, true, 35, bytes(1)],
    ['false', booleanSerializer as Serializer, false, 35, bytes(0)],
    ['ByteString', byteStringSerializer as Serializer, bytes(7), 21, bytes(7)],
  ])('%s: the bytes of Akka and Pekko, and back', (_, serializer, value, identifier, expected) => {
    expect(serializer.identifier).toBe(identifier)
    expect(serializer.manifest(value)).toBe('')
    expect(serializer.toBinary(value)).toEqual(expected)
    expect(serializer.fromBinary(expected, '')).toEqual(value)
  })

  test('read from a view into a larger buffer', () => {
    const view = bytes(9, 9, 2, 1, 0, 0, 9).subarray(2, 6)

    expect(intSerializer.fromBinary(view, '')).toBe(258)
  })

  test.each<[string, () => unknown]>([
    ['a lone surrogate', () => stringSerializer.toBinary('\ud800')],
    ['bytes that are not UTF-8', () => stringSerializer.fromBinary(bytes(255), '')],
    ['a long of 65 bits', () => longSerializer.toBinary(2n ** 63n)],
    ['a long of 7 bytes', () => longSerializer.fromBinary(bytes(1, 2, 3, 4, 5, 6, 7), '')],
    ['an int of 33 bits', () => intSerializer.toBinary(2 ** 31)],
    ['a fraction as int', () => intSerializer.toBinary(1.5)],
    ['an int of 5 bytes', () => intSerializer.fromBinary(bytes(1, 2, 3, 4, 5), '')],
    ['a boolean of 2 bytes', () => booleanSerializer.fromBinary(bytes(1, 0), '')],
  ])('refuse %s', (_, act) => {
    expect(act).toThrow()
  })
})

describe('jsonSerializer', () => {
  const json = jsonSerializer()

  test.each([[{ a: [1, null, { b: 'ß' }] }], [null], [0], [-1.5], ['x'], [[]]])('keeps %p', (value) => {
    expect(json.identifier).toBe(1100)
    expect(json.fromBinary(json.toBinary(value) as Uint8Array, '')).toEqual(value)
  })

  test.each<[string, unknown]>([
    ['a Map', { m: new Map() }],
    ['a Set', new Set()],
    ['a typed array', { bytes: bytes(1) }],
    ['NaN', { n: Number.NaN }],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['a boxed NaN', [new Number(Number.NaN)]],
    ['undefined', undefined],
    ['undefined in an array', { list: [1, undefined] }],
    ['a function', () => {}],
    ['a function as a property', { call: () => {} }],
    ['a symbol as a property', { id: Symbol('id') }],
    ['an invalid date', { at: new Date(Number.NaN) }],
    ['a promise that was not awaited', { total: Promise.resolve(1) }],
    ['an error', { reason: new Error('no') }],
    ['a regular expression', { pattern: /x/ }],
    ['a buffer', { bytes: new ArrayBuffer(1) }],
    ['a weak map', new WeakMap()],
    ['a bigint', { n: 1n }],
  ])('refuses %s, which JSON would lose', (_, value) => {
    expect(() => json.toBinary(value)).toThrow(TypeError)
  })

  test('leaves out properties that are undefined, writes dates as text and null as it is', () => {
    const value = { at: new Date(0), nothing: null, left: undefined, list: [null] }

    const stored = json.toBinary(value) as Uint8Array

    expect(json.fromBinary(stored, '')).toEqual({ at: '1970-01-01T00:00:00.000Z', nothing: null, list: [null] })
  })

  test('names the place of what it refuses', () => {
    expect(() => json.toBinary({ list: [1, undefined] })).toThrow('the element 1 is undefined, in an array')
    expect(() => json.toBinary({ reason: new Error('no') })).toThrow('the property "reason" is an Error')
    expect(() => json.toBinary(new Set())).toThrow('the value is a Set')
  })

  test('checks against its schema on writing and on reading, and names the path', () => {
    const checked = jsonSerializer({ identifier: 1200, schema: z.object({ amount: z.number() }) })

    expect(checked.identifier).toBe(1200)
    expect(() => checked.toBinary({ amount: 'x' })).toThrow('amount')
    expect(() => checked.fromBinary(utf8('{"amount":"x"}'), '')).toThrow('amount')
    expect(checked.fromBinary(utf8('{"amount":1}'), '')).toEqual({ amount: 1 })
  })

  test('encodes and decodes with a zod codec', () => {
    const date = z.codec(z.iso.datetime(), z.date(), {
      decode: (text) => new Date(text),
      encode: (value) => value.toISOString(),
    })
    const dated = jsonSerializer({ identifier: 1201, schema: z.object({ at: date }) })
    const value = { at: new Date(0) }

    expect(new TextDecoder().decode(dated.toBinary(value) as Uint8Array)).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
    expect(dated.fromBinary(dated.toBinary(value) as Uint8Array, '')).toEqual(value)
  })
})

describe('serialization', () => {
  const roundTrip = async (value: unknown, used = serialization()) => {
    const stored = await used.serialize(value, context)
    return { id: stored.serializerId, value: await used.deserialize(stored, context) }
  }
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
  }
  const money: Serializer<Money> = {
    identifier: 1300,
    manifest: () => 'money',
    toBinary: async ({ cents }) => utf8(String(cents)),
    fromBinary: async (binary, manifest) => {
      if (manifest !== 'money') throw new Error(`not ${manifest}`)
      return new Money(Number(new TextDecoder().decode(binary)))
    },
  }
  const withMoney = serialization({ bindings: [{ when: (value) => value instanceof Money, use: money }] })

  test.each<[unknown, number]>([
    ['text', 20],
    [bytes(1), 4],
    [5n, 18],
    [true, 35],
    [5, 1100],
    [{ a: 1 }, 1100],
    [null, 1100],
  ])('binds %p to serializer %p', async (value, id) => {
    expect(await roundTrip(value)).toEqual({ id, value })
  })

  test('lets bindings go first, and awaits their serializers', async () => {
    expect(await roundTrip(new Money(7), withMoney)).toEqual({ id: 1300, value: new Money(7) })
    expect((await roundTrip('text', withMoney)).id).toBe(20)
  })

  test('answers at once where the serializer does', () => {
    expect(serialization().serialize('text', context)).not.toBeInstanceOf(Promise)
  })

  test('reads JSON also when another fallback writes', async () => {
    const other = { ...jsonSerializer(), identifier: 1400 }
    const used = serialization({ fallback: other })

    expect((await roundTrip({ a: 1 }, used)).id).toBe(1400)
    expect(used.deserialize({ serializerId: 1100, serializerManifest: '', bytes: utf8('{"a":1}') }, context)).toEqual({
      a: 1,
    })
  })

  test('reads with every serializer that it was given', async () => {
    const stored = await withMoney.serialize(new Money(7), context)

    expect(await serialization({ serializers: [money] }).deserialize(stored, context)).toEqual(new Money(7))
  })

  test('names id, manifest and event of what it cannot read', async () => {
    const unknown = { serializerId: 77, serializerManifest: 'cart', bytes: bytes() }
    const facts = { code: 'SERIALIZATION', serializerId: 77, serializerManifest: 'cart', ...context }

    expect(() => serialization().deserialize(unknown, context)).toThrow(expect.objectContaining(facts))
    expect(() => serialization().deserialize(unknown, context)).toThrow(/orders-7.* 3 .*77.*cart/)
    expect(() => serialization().deserialize({ ...unknown, serializerId: 1 }, context)).toThrow('Java')
    await expect(
      withMoney.deserialize({ serializerId: 1300, serializerManifest: 'cart', bytes: bytes() }, context),
    ).rejects.toMatchObject({ code: 'SERIALIZATION', serializerId: 1300, message: expect.stringContaining('not cart') })
  })

  test('reads by a serializer of the user’s what Akka or Pekko wrote under an identifier that dynact has none for', async () => {
    const jackson = { ...jsonSerializer(), identifier: 31 }
    const stored = { serializerId: 31, serializerManifest: 'com.shop.Ordered', bytes: utf8('{"amount":7}') }

    expect(() => serialization().deserialize(stored, context)).toThrow('Register the serializer with identifier 31')
    expect(await serialization({ serializers: [jackson] }).deserialize(stored, context)).toEqual({ amount: 7 })
  })

  test('names the binding whose predicate fails: nothing is written', () => {
    const bindings = [{ when: (value: unknown) => (value as { amount: number }).amount > 0, use: money }]

    expect(() => serialization({ bindings }).serialize(null, context)).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION', ...context, message: expect.stringContaining('binding 0') }),
    )
  })

  test('what a serializer calls transient is told on', async () => {
    const cause = Object.assign(new Error('throttled'), { isTransient: true })
    const busy = { ...money, fromBinary: () => Promise.reject(cause) }
    const stored = await withMoney.serialize(new Money(7), context)

    await expect(serialization({ serializers: [busy] }).deserialize(stored, context)).rejects.toMatchObject({
      isTransient: true,
      cause,
    })
    expect(() => serialization().deserialize(stored, context)).toThrow(expect.objectContaining({ isTransient: false }))
  })

  test('names the serializer that cannot write', async () => {
    const failing = { ...money, toBinary: () => Promise.reject(new Error('broken')) }
    const used = serialization({ bindings: [{ when: (value) => value instanceof Money, use: failing }] })

    await expect(used.serialize(new Money(1), context)).rejects.toMatchObject({
      code: 'SERIALIZATION',
      serializerId: 1300,
      serializerManifest: 'money',
      ...context,
    })
    expect(() => serialization().serialize(new Map(), context)).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION' }),
    )
    const wrong = { ...money, toBinary: () => 'text' as unknown as Uint8Array }
    expect(() =>
      serialization({ bindings: [{ when: () => true, use: wrong }] }).serialize(new Money(1), context),
    ).toThrow('Uint8Array')
  })

  test.each<[string, Parameters<typeof serialization>[0]]>([
    ['two serializers of one identifier', { serializers: [money, { ...money }] }],
    [
      'an identifier of Akka and Pekko to write',
      { bindings: [{ when: () => true, use: { ...money, identifier: 40 } }] },
    ],
    ['an identifier of Akka and Pekko as the fallback', { fallback: { ...money, identifier: 31 } }],
    ['another serializer for a built-in identifier', { serializers: [{ ...money, identifier: 20 }] }],
    ['an identifier that is no integer', { fallback: { ...money, identifier: 1.5 } }],
  ])('refuses %s', (_, options) => {
    expect(() => serialization(options)).toThrow(expect.objectContaining({ code: 'CONFIG' }))
  })

  test('takes the same serializer twice', () => {
    expect(() =>
      serialization({ serializers: [money, money], bindings: [{ when: () => true, use: money }] }),
    ).not.toThrow()
  })
})
