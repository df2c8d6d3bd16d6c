import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item } from './item.js'

/** The largest item that DynamoDB stores: names, values and keys together. */
export const MAX_ITEM_BYTES = 400 * 1024

const DOCUMENT_OVERHEAD = 3
const ELEMENT_OVERHEAD = 1

/**
 * One byte for every two digits between the first and the last that are not 0, one more, and one for a minus. The pairs are
 * counted from the decimal point, so that 120 takes two: the guide says "approximately", this is what the service counts.
 */
const numberSize = (text: string): number => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]/, '').split('.')
  const digits = (whole + fraction).replace(/0+$/, '')
  const leadingZeros = digits.search(/[1-9]/)
  if (leadingZeros < 0) return 1
  const pairOf = (position: number) => Math.floor((whole.length + Number(exponent) - 1 - position) / 2)
  return pairOf(leadingZeros) - pairOf(digits.length - 1) + 2 + (text.startsWith('-') ? 1 : 0)
}

/** How the texts and numbers of an item are measured. */
interface Measure {
  readonly text: (text: string) => number
  readonly number: (text: string) => number
}

const EXACT: Measure = { text: (text) => Buffer.byteLength(text), number: numberSize }

/** Never less than that, without a look at a character: UTF-8 takes up to three bytes for a unit of a JavaScript string. */
const AT_MOST: Measure = { text: ({ length }) => 3 * length, number: ({ length }) => length + 2 }

const sum = <T>(values: Iterable<T>, size: (value: T) => number): number => {
  let total = 0
  for (const value of values) total += size(value)
  return total
}

const valueSize = (value: AttributeValue, measure: Measure): number => {
  if (value.S !== undefined) return measure.text(value.S)
  if (value.N !== undefined) return measure.number(value.N)
  if (value.B !== undefined) return value.B.byteLength
  if (value.SS !== undefined) return sum(value.SS, measure.text)
  if (value.NS !== undefined) return sum(value.NS, measure.number)
  if (value.BS !== undefined) return sum(value.BS, (bytes) => bytes.byteLength)
  if (value.L !== undefined)
    return DOCUMENT_OVERHEAD + sum(value.L, (entry) => valueSize(entry, measure) + ELEMENT_OVERHEAD)
  if (value.M !== undefined)
    return DOCUMENT_OVERHEAD + sizeBy(value.M, measure) + Object.keys(value.M).length * ELEMENT_OVERHEAD
  return 1 // BOOL and NULL
}

const sizeBy = (item: Item, measure: Measure): number => {
  let total = 0
  for (const name in item) total += measure.text(name) + valueSize(item[name] as AttributeValue, measure)
  return total
}

/**
 * Size of an item in bytes, as DynamoDB counts it: UTF-8 bytes of names and strings, the digits of numbers, binary as it is.
 * Source: "DynamoDB item sizes and formats" in the DynamoDB developer guide.
 */
export const itemSize = (item: Item): number => sizeBy(item, EXACT)

/** Is an item larger than that? Most are so much smaller that a bound shows it, which takes a fraction of the time. */
export const isLargerThan = (item: Item, limitBytes: number): boolean =>
  sizeBy(item, AT_MOST) > limitBytes && itemSize(item) > limitBytes
