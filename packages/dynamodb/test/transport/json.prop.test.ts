import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { decodeBinaries } from '../../src/transport/decode-binaries.js'
import { encodeInput } from '../../src/transport/encode-input.js'
import { items } from '../item-arbitraries.js'

/** The plain way: a tree with base64 in the place of bytes. */
const withBase64 = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(withBase64)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBase64(member)]))
}

test('an input is written as JSON.stringify writes it, with bytes in base64', () => {
  const inputs = fc.record({
    TableName: fc.string({ unit: 'binary' }),
    Items: fc.array(items),
    Limit: fc.option(fc.nat(), { nil: undefined }),
    ConsistentRead: fc.boolean(),
    Nothing: fc.constant(null),
  })
  fc.assert(
    fc.property(inputs, (input) => {
      expect(encodeInput(input)).toBe(JSON.stringify(withBase64(input)))
    }),
  )
})

test('bytes that are a part of a larger buffer are written alone', () => {
  const buffer = new Uint8Array([1, 2, 3, 4])

  expect(encodeInput({ B: buffer.subarray(1, 3) })).toBe('{"B":"AgM="}')
})

test('an answer is read with its bytes where they were, whatever its attributes are called', () => {
  const misleading = fc.constantFrom<Record<string, AttributeValue>>(
    { B: { S: 'Zm9v' }, BS: { SS: ['Zm9v'] } },
    { M: { M: { B: { B: new Uint8Array([7]) }, BS: { L: [{ B: new Uint8Array(0) }] } } } },
    { BS: { BS: [new Uint8Array([1]), new Uint8Array(0)] } },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(items, misleading)), (Items) => {
      const answer = JSON.parse(encodeInput({ Items, Responses: { B: Items } }))

      decodeBinaries(answer)

      expect(answer).toStrictEqual({ Items, Responses: { B: Items } })
    }),
  )
})
