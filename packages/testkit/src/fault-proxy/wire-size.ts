/** Sizes of items and costs of requests, from DynamoDB's JSON. Emulators report costs that AWS does not bill. */

// biome-ignore lint/suspicious/noExplicitAny: values of every type, as parsed from JSON.
type Json = any

const sum = <T>(values: Iterable<T>, sizeOf: (value: T) => number): number => {
  let total = 0
  for (const value of values) total += sizeOf(value)
  return total
}

const numberBytes = (text: string): number => {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}
const stringBytes = (text: string): number => Buffer.byteLength(text)
const base64Bytes = (text: string): number => Buffer.byteLength(text, 'base64')

/**
 * Bytes of an attribute value; numbers to within one.
 * Source: "DynamoDB item sizes and formats" in the DynamoDB developer guide.
 */
export const valueBytes = (value: Json): number => {
  if (value.S !== undefined) return stringBytes(value.S)
  if (value.N !== undefined) return numberBytes(value.N)
  if (value.B !== undefined) return base64Bytes(value.B)
  if (value.SS !== undefined) return sum(value.SS, stringBytes)
  if (value.NS !== undefined) return sum(value.NS, numberBytes)
  if (value.BS !== undefined) return sum(value.BS, base64Bytes)
  if (value.L !== undefined) return 3 + sum(value.L, (entry) => valueBytes(entry) + 1)
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length
  return 1 // BOOL and NULL
}

/** Bytes of an item, its names included. */
export const itemBytes = (item: Json): number =>
  sum(Object.entries(item), ([name, value]) => stringBytes(name) + valueBytes(value))

/** Write units of an item of so many bytes. */
const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1_024))

/** Read units of so many bytes, read strongly consistent or not. */
const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4_096)) * (isConsistent ? 1 : 0.5)

/** What a request that was carried out did. */
export interface Work {
  readonly written: number
  readonly read: number
  readonly writeUnits: number
  readonly readUnits: number
}

const NO_WORK: Work = { written: 0, read: 0, writeUnits: 0, readUnits: 0 }

const writes = (sizes: readonly number[], unitsPerKiB = 1): Work => ({
  ...NO_WORK,
  written: sizes.length,
  writeUnits: sum(sizes, writeUnits) * unitsPerKiB,
})

/** A request for single items: each is rounded up by itself, and one that is not there costs as the smallest. */
const readsByKey = (items: readonly Json[], missing: number, isConsistent: boolean): Work => ({
  ...NO_WORK,
  read: items.length,
  readUnits: sum(items, (item) => readUnits(itemBytes(item), isConsistent)) + missing * readUnits(0, isConsistent),
})

/** A Query or Scan: all items are added up, then rounded up. */
const readsOfPage = (items: readonly Json[], isConsistent: boolean): Work => ({
  ...NO_WORK,
  read: items.length,
  readUnits: readUnits(sum(items, itemBytes), isConsistent),
})

/** An insert by PartiQL has its names in the statement and its values in the parameters; of others only these are known. */
const statementBytes = ({ Statement, Parameters = [] }: Json): number =>
  sum(String(Statement).matchAll(/'([^']*)'\s*:/g), ([, name = '']) => stringBytes(name)) + sum(Parameters, valueBytes)

const transactionBytes = ({ Put, Update }: Json): number =>
  Put !== undefined ? itemBytes(Put.Item) : Update !== undefined ? itemBytes(Update.Key) : 0

/** What was written and read by a request that was carried out, and its cost from the bytes that are known from request and answer. */
export const workOf = (operation: string, input: Json, output: Json): Work => {
  const isConsistent = input.ConsistentRead === true
  switch (operation) {
    case 'PutItem':
      return writes([itemBytes(input.Item)])
    case 'UpdateItem':
    case 'DeleteItem':
      return writes([itemBytes(input.Key)])
    case 'BatchWriteItem': {
      const asked = Object.values<Json[]>(input.RequestItems).flat()
      const left = Object.values<Json[]>(output.UnprocessedItems ?? {}).flat().length
      return writes(asked.slice(0, asked.length - left).map(({ PutRequest }) => itemBytes(PutRequest?.Item ?? {})))
    }
    case 'BatchExecuteStatement': {
      const stored = input.Statements.filter((_: Json, index: number) => output.Responses?.[index]?.Error === undefined)
      return writes(stored.map(statementBytes))
    }
    case 'TransactWriteItems':
      return writes(input.TransactItems.map(transactionBytes), 2)
    case 'GetItem':
      return readsByKey(output.Item ? [output.Item] : [], output.Item ? 0 : 1, isConsistent)
    case 'BatchGetItem': {
      const items = Object.values<Json[]>(output.Responses ?? {}).flat()
      const keysOf = (requests: Json) => Object.values<Json>(requests ?? {}).flatMap(({ Keys }) => Keys).length
      const missing = keysOf(input.RequestItems) - keysOf(output.UnprocessedKeys) - items.length
      const isStrong = Object.values<Json>(input.RequestItems).some((request) => request.ConsistentRead === true)
      return readsByKey(items, missing, isStrong)
    }
    case 'Query':
    case 'Scan':
      return readsOfPage(output.Items ?? [], isConsistent)
    default:
      return NO_WORK
  }
}
