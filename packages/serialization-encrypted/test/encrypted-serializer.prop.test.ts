import { jsonSerializer, SerializationError } from '@dynact/persistence'
import { encryptedSerializer, inMemoryKeyStore } from '@dynact/serialization-encrypted'
import fc from 'fast-check'
import { mutations } from '../../../tools/test-support/mutated-bytes.js'

const serializer = encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys: inMemoryKeyStore() })
const contexts = fc.record({
  persistenceId: fc.constantFrom('a', 'b', 'ä', 'a|b'),
  sequenceNr: fc.constantFrom(1, 2, 12, 2 ** 53 - 1),
  kind: fc.constantFrom('event' as const, 'snapshot' as const, undefined),
})
/** As JSON gives them back: without -0. */
const values = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))

test('gives back what was written, at its own place only', async () => {
  await fc.assert(
    fc.asyncProperty(values, contexts, contexts, async (value, here, there) => {
      const bytes = await serializer.toBinary(value, here)
      await serializer.toBinary(value, there)
      expect(await serializer.fromBinary(bytes, serializer.manifest(value), here)).toEqual(value)

      const isElsewhere = JSON.stringify(here) !== JSON.stringify(there)
      const read = await serializer
        .fromBinary(bytes, serializer.manifest(value), there)
        .catch((error: unknown) => error)
      expect(read instanceof SerializationError).toBe(isElsewhere)
    }),
  )
})

test('gives an error for mutated bytes', async () => {
  await fc.assert(
    fc.asyncProperty(values, contexts, mutations(), async (value, context, mutate) => {
      const bytes = await serializer.toBinary(value, context)
      const mutated = mutate(bytes)
      const isSame = Buffer.compare(bytes, mutated) === 0
      const read = await serializer
        .fromBinary(mutated, serializer.manifest(value), context)
        .catch((error: unknown) => error)
      expect(read instanceof SerializationError).toBe(!isSame)
    }),
    { numRuns: 2_000 },
  )
})
