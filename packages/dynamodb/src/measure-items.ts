import type { Item } from './layout/item.js'
import { itemSize } from './layout/item-size.js'
import type { OperationName, Operations } from './transport/transport.js'

/** The items that a request carries or brings. */
export interface MeasuredItems {
  readonly items: number
  /** As DynamoDB counts. */
  readonly bytes: number
}

const sizeOf = (items: readonly (Item | undefined)[]): MeasuredItems => {
  const there = items.filter((item) => item !== undefined)
  return { items: there.length, bytes: there.reduce((total, item) => total + itemSize(item), 0) }
}

/** Names of the attributes of our own INSERT statements, which hold them in quotes. */
const insertedItem = ({
  Statement = '',
  Parameters = [],
}: {
  Statement?: string | undefined
  Parameters?: unknown
}): Item => {
  const names = [...Statement.matchAll(/'([^']+)': \?/g)].map(([, name]) => name ?? '')
  return Object.fromEntries(names.map((name, index) => [name, (Parameters as Item[string][])[index]])) as Item
}

type Measure<O extends OperationName> = (
  input: Operations[O]['input'],
  output: Partial<Operations[O]['output']>,
) => MeasuredItems

const MEASURES: { readonly [O in OperationName]: Measure<O> } = {
  BatchExecuteStatement: ({ Statements = [] }) => sizeOf(Statements.map(insertedItem)),
  BatchGetItem: (_, { Responses = {} }) => sizeOf(Object.values(Responses).flat()),
  BatchWriteItem: ({ RequestItems = {} }) =>
    sizeOf(
      Object.values(RequestItems)
        .flat()
        .map((request) => request?.PutRequest?.Item ?? request?.DeleteRequest?.Key),
    ),
  DeleteItem: ({ Key }) => sizeOf([Key]),
  GetItem: (_, { Item: item }) => sizeOf([item]),
  PutItem: ({ Item: item }) => sizeOf([item]),
  Query: (_, { Items = [] }) => sizeOf(Items),
  Scan: (_, { Items = [] }) => sizeOf(Items),
  TransactWriteItems: ({ TransactItems = [] }) => sizeOf(TransactItems.map(({ Put }) => Put?.Item)),
  UpdateItem: ({ Key }) => sizeOf([Key]),
}

/** Counts and weighs the items of a request: those sent by a write, those brought by a read. */
export const measureItems = <O extends OperationName>(
  operation: O,
  input: Operations[O]['input'],
  output: Partial<Operations[O]['output']>,
): MeasuredItems => MEASURES[operation](input, output)

/** Read or write units of an answer that says so. */
export const capacityUnitsOf = (output: object): number | undefined => {
  const consumed = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined
  if (consumed === undefined || consumed === null) return undefined
  const parts = Array.isArray(consumed) ? consumed : [consumed]
  const units = parts.map((part: { CapacityUnits?: number }) => part.CapacityUnits)
  return units.length === 0 ? undefined : units.reduce<number>((total, part) => total + (part ?? 0), 0)
}
