import { create, isMessage, type Message } from '@bufbuild/protobuf'
import { SerializationError } from '@dynact/persistence'
import { protobufSerializer } from '@dynact/serialization-protobuf'
import fc from 'fast-check'
import { messageSchema } from '../../../tools/test-support/bank-messages.js'
import { mutations } from '../../../tools/test-support/mutated-bytes.js'

const schema = messageSchema(
  'Everything',
  ['text', 'STRING', 1],
  ['bytes', 'BYTES', 2],
  ['long', 'INT64', 3],
  ['double', 'DOUBLE', 4],
  ['texts[]', 'STRING', 5],
  ['ints[]', 'INT32', 6],
)
const serializer = protobufSerializer({ identifier: 1600, messages: [schema] })
const messages: fc.Arbitrary<Message> = fc
  .record({
    text: fc.string({ unit: 'grapheme' }),
    bytes: fc.uint8Array(),
    long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    double: fc.double(),
    texts: fc.array(fc.string({ unit: 'grapheme' })),
    ints: fc.array(fc.integer()),
  })
  .map((init) => create(schema, init as never))

test('gives back what was written', () => {
  fc.assert(
    fc.property(messages, (value) => {
      expect(serializer.fromBinary(serializer.toBinary(value) as Uint8Array, serializer.manifest(value))).toEqual(value)
    }),
  )
})

test('gives an error or a message for mutated bytes', () => {
  fc.assert(
    fc.property(messages, mutations(), (value, mutate) => {
      const mutated = mutate(serializer.toBinary(value) as Uint8Array)
      try {
        expect(isMessage(serializer.fromBinary(mutated, serializer.manifest(value)), schema)).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(SerializationError)
      }
    }),
    { numRuns: 2_000 },
  )
})
