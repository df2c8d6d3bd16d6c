import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { eventItem, type Item, isLargerThan, itemSize } from '@dynact/dynamodb'
import fc from 'fast-check'
import { payloads, reprs } from './arbitraries.js'
import { attributeValues, items } from './item-arbitraries.js'

/**
 * The size by the letter of "DynamoDB item sizes and formats" in the developer guide: a number takes "1 byte per two
 * significant digits, plus 1 byte", leading and trailing zeros trimmed, and, as the guide leaves out, one more for a minus. Zero has none.
 */
const utf8 = (text: string) => new TextEncoder().encode(text).length
const ofNumber = (text: string): number => {
  const significant = text
    .replace(/e.*$/i, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0*|0*$/g, '').length
  return Math.ceil(significant / 2) + 1 + Number(significant > 0 && text.startsWith('-'))
}
const ofValue = (value: AttributeValue): number => {
  const [[type, content] = []] = Object.entries(value)
  switch (type) {
    case 'S':
      return utf8(content)
    case 'N':
      return ofNumber(content)
    case 'B':
      return content.length
    case 'SS':
      return content.map(utf8).reduce((a: number, b: number) => a + b, 0)
    case 'NS':
      return content.map(ofNumber).reduce((a: number, b: number) => a + b, 0)
    case 'BS':
      return content.reduce((a: number, b: Uint8Array) => a + b.length, 0)
    case 'L':
      return content.reduce((a: number, b: AttributeValue) => a + ofValue(b) + 1, 3)
    case 'M':
      return Object.entries<AttributeValue>(content).reduce((a, [name, b]) => a + utf8(name) + ofValue(b) + 1, 3)
    default:
      return 1
  }
}
const guideSize = (item: Item) =>
  Object.entries(item).reduce((total, [name, value]) => total + utf8(name) + ofValue(value), 0)

const numbersIn = (value: AttributeValue): number => {
  if (value.N !== undefined) return 1
  if (value.NS !== undefined) return value.NS.length
  const inner = value.L ?? (value.M === undefined ? [] : Object.values(value.M))
  return inner.reduce((total, entry) => total + numbersIn(entry), 0)
}

test('an item takes what the developer guide says, and never less: at most one byte more for every number', () => {
  fc.assert(
    fc.property(items, (item) => {
      const tolerance = numbersIn({ M: item })

      expect(itemSize(item)).toBeGreaterThanOrEqual(guideSize(item))
      expect(itemSize(item)).toBeLessThanOrEqual(guideSize(item) + tolerance)
    }),
    { numRuns: 500 },
  )
})

test('a value takes as much in one place as in another', () => {
  fc.assert(
    fc.property(attributeValues, items, (value, item) => {
      fc.pre(!('added' in item))

      expect(itemSize({ ...item, added: value }) - itemSize(item)).toBe(itemSize({ added: value }))
    }),
  )
})

test('an event takes at least its payload, its id twice and its names', () => {
  fc.assert(
    fc.property(reprs, payloads, (event, payload) => {
      const least =
        payload.bytes.length + 2 * utf8(event.persistenceId) + 'parnumpersistence_idseqwriter_uuideventev_ser_id'.length

      expect(
        itemSize(eventItem({ journalName: 'j', sequenceShards: 1 }, event, payload, { index: 0, lastIndex: 0 })),
      ).toBeGreaterThan(least)
    }),
  )
})

test('an item is larger than a limit exactly when its size is, wherever the limit lies', () => {
  fc.assert(
    fc.property(items, fc.nat(2_000), (item, somewhere) => {
      const size = itemSize(item)

      for (const limit of [size - 1, size, size + 1, somewhere]) expect(isLargerThan(item, limit)).toBe(size > limit)
    }),
    { numRuns: 500 },
  )
})
