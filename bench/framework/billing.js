// @ts-check
// DynamoDB's billing rules: what a request costs, from the bytes of the items that it names. Emulators leave some of it out
// (nothing for PartiQL, half of a transaction, nothing for an empty read), so nothing here asks them.
import { itemSize } from '@dynact/dynamodb'
/** @import { AttributeValue } from '@aws-sdk/client-dynamodb' */
/** @typedef {Record<string, AttributeValue>} Item */
/** @typedef {{ read: number, write: number }} Units */

/** One for each begun KiB, in a transaction two. @param {number} bytes */
export const writeUnits = (bytes) => Math.max(1, Math.ceil(bytes / 1024))

/** One for each begun 4 KiB that is read strongly, half of one else. @param {number} bytes @param {boolean} [isStrong] */
export const readUnits = (bytes, isStrong = true) => Math.max(1, Math.ceil(bytes / 4096)) * (isStrong ? 1 : 0.5)

/** @param {readonly any[]} values @param {(value: any) => number} of */
const sum = (values, of) => values.reduce((total, value) => total + of(value), 0)

/** Binary comes as base64 in JSON. @param {any} value @returns {any} */
const attribute = (value) => {
  if (typeof value !== 'object' || value === null) return value
  if (typeof value.B === 'string') return { B: Buffer.from(value.B, 'base64') }
  if (value.L !== undefined) return { L: value.L.map(attribute) }
  if (value.M !== undefined) return { M: parseItem(value.M) }
  return value
}

/** @param {object} json @returns {Item} */
const parseItem = (json) => Object.fromEntries(Object.entries(json).map(([name, value]) => [name, attribute(value)]))

/** @param {object} json */
const size = (json) => itemSize(parseItem(json))

/** The item that a PartiQL INSERT names. @param {{ Statement: string, Parameters: unknown[] }} statement */
const inserted = ({ Statement, Parameters }) =>
  Object.fromEntries([...Statement.matchAll(/'([^']+)': \?/g)].map(([, name], index) => [name, Parameters[index]]))

/** @param {any} [write] */
const put = (write) => writeUnits(size(write?.Item ?? write?.Key ?? {}))

/** Keys that are not there are paid for as well. @param {any} input @param {any} output */
const batchGet = (input, output) =>
  sum(Object.entries(input.RequestItems), ([table, { Keys, ConsistentRead }]) => {
    const found = output.Responses?.[table] ?? []
    const missing = Math.max(0, Keys.length - found.length)
    return sum(found, (item) => readUnits(size(item), ConsistentRead)) + missing * readUnits(0, ConsistentRead === true)
  })

/**
 * Units of a request that was carried out, as its JSON bodies have it. A Query or Scan that projects attributes, or filters, is
 * paid by the whole items that it passes: their units must be in its answer (`ReturnConsumedCapacity`).
 * @param {string} operation
 * @param {any} input
 * @param {any} output
 * @returns {Units}
 */
export const unitsOf = (operation, input, output) => {
  const isStrong = input.ConsistentRead === true
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return { read: 0, write: put(input) }
    case 'BatchWriteItem':
      return {
        read: 0,
        write: sum(Object.values(input.RequestItems).flat(), (w) => put(w.PutRequest ?? w.DeleteRequest)),
      }
    case 'BatchExecuteStatement':
      return { read: 0, write: sum(input.Statements, (statement) => writeUnits(size(inserted(statement)))) }
    case 'TransactWriteItems':
      return { read: 0, write: 2 * sum(input.TransactItems, (write) => put(Object.values(write)[0])) }
    case 'GetItem':
      return { read: readUnits(size(output.Item ?? {}), isStrong), write: 0 }
    case 'BatchGetItem':
      return { read: batchGet(input, output), write: 0 }
    case 'Query':
    case 'Scan': {
      const counted = readUnits(sum(output.Items ?? [], size), isStrong)
      return { read: Math.max(counted, output.ConsumedCapacity?.CapacityUnits ?? 0), write: 0 }
    }
    default:
      throw new Error(`No billing rule is known for ${operation}.`)
  }
}
