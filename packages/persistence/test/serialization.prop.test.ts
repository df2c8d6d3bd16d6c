import { jsonSerializer, SerializationError, serialization, stringSerializer } from '@dynact/persistence'
import fc from 'fast-check'
import { z } from 'zod'
import { mutations } from '../../../tools/test-support/mutated-bytes.js'

const context = { persistenceId: 'orders-7', sequenceNr: 3 }
const schema = z.strictObject({ account: z.string(), cents: z.int(), notes: z.array(z.string()) })
const checked = jsonSerializer({ identifier: 1200, schema })
const used = serialization({ serializers: [checked] })

/** What is read: a value, or the error, which must be ours. */
const read = (serializerId: number, bytes: Uint8Array): { value: unknown } | { error: unknown } => {
  try {
    return { value: used.deserialize({ serializerId, serializerManifest: '', bytes }, context) }
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ ...context, serializerId })
    return { error }
  }
}

test('mutated JSON that zod checks is an error, or fits the schema', () => {
  const values = fc.record({ account: fc.string(), cents: fc.maxSafeInteger(), notes: fc.array(fc.string()) })
  fc.assert(
    fc.property(values, mutations(), (value, mutate) => {
      const result = read(1200, mutate(checked.toBinary(value) as Uint8Array))
      if ('value' in result) expect(schema.safeParse(result.value).success).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('mutated JSON is an error, or a value that JSON has', () => {
  const json = jsonSerializer()
  fc.assert(
    fc.property(fc.jsonValue(), mutations(), (value, mutate) => {
      const result = read(1100, mutate(json.toBinary(value) as Uint8Array))
      if ('value' in result) expect(JSON.stringify(result.value)).toEqual(expect.any(String))
    }),
    { numRuns: 2_000 },
  )
})

test('a mutated string is an error, or a string that would be stored as just these bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), mutations(), (value, mutate) => {
      const mutated = mutate(stringSerializer.toBinary(value) as Uint8Array)
      const result = read(20, mutated)
      if ('value' in result) expect(stringSerializer.toBinary(result.value as string)).toEqual(new Uint8Array(mutated))
    }),
    { numRuns: 2_000 },
  )
})
