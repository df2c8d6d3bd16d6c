import { create, type Message } from '@bufbuild/protobuf'
import { SerializationError, type Serializer } from '@dynact/persistence'
import { protobufSerializer } from '@dynact/serialization-protobuf'
import { depositedV1, depositedV2, messageSchema } from '../../../tools/test-support/bank-messages.js'
import { thrownBy } from '../../../tools/test-support/failures.js'

const context = { persistenceId: 'orders-7', sequenceNr: 3 }
const v1 = protobufSerializer({ identifier: 1600, messages: [depositedV1] })
const v2 = protobufSerializer({ identifier: 1600, messages: [depositedV2] })
const bytesOf = (serializer: Serializer<Message>, value: unknown) => serializer.toBinary(value as Message) as Uint8Array
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('stores plain protobuf under the full name of the message', () => {
  const value = create(depositedV1, { account: 'DE01', cents: 500 } as never)

  expect(v1.identifier).toBe(1600)
  expect(v1.manifest(value)).toBe('bank.Deposited')
  expect(hex(bytesOf(v1, value))).toBe('0a044445303110f403')
  expect(v1.fromBinary(bytesOf(v1, value), 'bank.Deposited')).toEqual(value)
})

test('an older event is read with a field added, renamed and widened', () => {
  const bytes = bytesOf(v1, create(depositedV1, { account: 'DE01', cents: -5 } as never))

  expect(v2.fromBinary(bytes, 'bank.Deposited')).toMatchObject({ iban: 'DE01', cents: -5n, currency: '' })
})

test('a newer event is read by an older schema, which keeps the fields that it does not know', () => {
  const newer = create(depositedV2, { iban: 'DE01', cents: 7n, currency: 'CHF' } as never)

  const seen = v1.fromBinary(bytesOf(v2, newer), 'bank.Deposited')
  expect(seen).toMatchObject({ account: 'DE01', cents: 7 })

  const again = v2.fromBinary(bytesOf(v1, seen), 'bank.Deposited')
  expect(again).toMatchObject({ iban: 'DE01', cents: 7n, currency: 'CHF' })
})

test('keeps numbers, bytes and lists', () => {
  const schema = messageSchema('All', ['d', 'DOUBLE', 1], ['b', 'BYTES', 2], ['s[]', 'STRING', 3], ['l', 'INT64', 4])
  const all = protobufSerializer({ identifier: 1600, messages: [schema] })
  const value = create(schema, { d: -0.1, b: Uint8Array.of(1, 255), s: ['', '😀'], l: -(2n ** 63n) } as never)

  expect(all.fromBinary(bytesOf(all, value), 'bank.All')).toEqual(value)
})

test.each<[string, unknown, RegExp]>([
  ['what is no message', { account: 'x' }, /no message.*create/],
  ['a message that it does not know', create(messageSchema('Closed'), {}), /bank\.Closed is not among/],
  ['a lone surrogate', create(depositedV1, { account: '\ud800' } as never), /lone surrogate/],
  ['a number out of range', create(depositedV1, { cents: 2 ** 31 } as never), /int32/],
])('refuses %s', (_, value, why) => {
  expect(() => bytesOf(v1, value)).toThrow(why)
})

const stored = bytesOf(v1, create(depositedV1, { account: 'DE01', cents: 500 } as never))
test.each<[string, Uint8Array, string, RegExp]>([
  ['an unknown message', stored, 'bank.Closed', /no message "bank\.Closed".*messages of protobufSerializer/],
  ['a truncated payload', stored.subarray(0, 4), 'bank.Deposited', /./],
  ['a payload that is none', Uint8Array.of(255, 255, 255), 'bank.Deposited', /./],
  ['a string that is not UTF-8', Uint8Array.of(10, 1, 255), 'bank.Deposited', /./],
])('%s is a SerializationError', (_, bytes, manifest, why) => {
  const failure = thrownBy(() => v1.fromBinary(bytes, manifest, context))

  expect(failure).toBeInstanceOf(SerializationError)
  expect(failure).toMatchObject({ ...context, serializerId: 1600, serializerManifest: manifest })
  expect(String(failure)).toMatch(why)
})

test.each<[string, object]>([
  ['no messages', { messages: [] }],
  ['what is no schema', { messages: [{}] }],
  ['two messages of one name', { messages: [depositedV1, depositedV2] }],
  ['an unknown option', { messages: [depositedV1], message: 1 }],
])('refuses %s', (_, options) => {
  expect(() => protobufSerializer({ identifier: 1600, ...options } as never)).toThrow(
    expect.objectContaining({ code: 'CONFIG' }),
  )
})

test('takes the same message twice', () => {
  expect(() => protobufSerializer({ identifier: 1600, messages: [depositedV1, depositedV1] })).not.toThrow()
})
