/** Batches of which DynamoDB sees a part only, while the client gets an answer to the whole. */
import type { Fate, StatementFault } from './fate.js'

// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs of three operations, as parsed from JSON.
type Json = any

/** The part of a batch that is passed on. */
export interface PartialBatch {
  /** What is passed on; undefined when nothing is left. */
  readonly input: Json | undefined
  /** Makes the answer to the part one to the whole. Without an answer: nothing was passed on. */
  readonly wholeAnswer: (output: Json | undefined) => Json
}

/** Splits a batch as its fate wants it; undefined where that leaves all of the request as it is. */
export const partialBatch = (operation: string, input: Json, fate: Fate): PartialBatch | undefined => {
  const { unprocessed, statementFault } = fate
  if (operation === 'BatchWriteItem' && unprocessed !== undefined) return partialWrites(input, unprocessed)
  if (operation === 'BatchGetItem' && unprocessed !== undefined) return partialReads(input, unprocessed)
  if (operation === 'BatchExecuteStatement' && statementFault !== undefined)
    return partialStatements(input, statementFault)
  return undefined
}

type IsLeft = (index: number) => boolean

/** Entries of all tables, divided by their place in the request. */
const divide = (entriesOf: Readonly<Record<string, Json[]>>, isLeft: IsLeft) => {
  const taken: Record<string, Json[]> = {}
  const left: Record<string, Json[]> = {}
  let index = 0
  for (const [table, entries] of Object.entries(entriesOf))
    for (const entry of entries) {
      const side = isLeft(index++) ? left : taken
      side[table] ??= []
      side[table].push(entry)
    }
  return { taken, left }
}

const partialWrites = (input: Json, isLeft: IsLeft): PartialBatch => {
  const { taken, left } = divide(input.RequestItems, isLeft)
  return {
    input: isEmpty(taken) ? undefined : { ...input, RequestItems: taken },
    wholeAnswer: (output = {}) => {
      const all: Record<string, Json[]> = { ...output.UnprocessedItems }
      for (const [table, entries] of Object.entries(left)) all[table] = [...entries, ...(all[table] ?? [])]
      return { ...output, UnprocessedItems: all }
    },
  }
}

const partialReads = (input: Json, isLeft: IsLeft): PartialBatch => {
  const requests: Record<string, Json> = input.RequestItems
  const keysOf = Object.fromEntries(Object.entries(requests).map(([table, { Keys }]) => [table, Keys]))
  const { taken, left } = divide(keysOf, isLeft)
  const requestOf = (keys: Record<string, Json[]>) =>
    Object.fromEntries(Object.entries(keys).map(([table, Keys]) => [table, { ...requests[table], Keys }]))
  return {
    input: isEmpty(taken) ? undefined : { ...input, RequestItems: requestOf(taken) },
    wholeAnswer: (output = {}) => {
      const all: Record<string, Json> = { ...output.UnprocessedKeys }
      for (const [table, request] of Object.entries(requestOf(left)))
        all[table] = { ...request, Keys: [...request.Keys, ...(all[table]?.Keys ?? [])] }
      return { Responses: {}, ...output, UnprocessedKeys: all }
    },
  }
}

const partialStatements = (
  input: Json,
  faultOf: (index: number) => StatementFault | undefined,
): PartialBatch | undefined => {
  const statements: Json[] = input.Statements
  const faults = statements.map((_, index) => faultOf(index))
  if (faults.every((fault) => fault === undefined)) return undefined
  const isTaken = (index: number) => faults[index] === undefined || faults[index].applied === true
  const taken = statements.filter((_, index) => isTaken(index))
  return {
    input: taken.length === 0 ? undefined : { ...input, Statements: taken },
    wholeAnswer: (output = {}) => {
      let next = 0
      const Responses = faults.map((fault, index) => {
        const response = isTaken(index) ? output.Responses?.[next++] : undefined
        return fault === undefined ? response : { Error: { Code: fault.code, Message: fault.message ?? fault.code } }
      })
      return { ...output, Responses }
    },
  }
}

const isEmpty = (object: object): boolean => Object.keys(object).length === 0
