import {
  CreateTableCommand,
  type DynamoDBClient,
  paginateScan,
  ResourceInUseException,
  type TransactWriteItem,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { EventEnvelope } from '@dynact/query-dynamodb'
import type { FlightDeparted } from './airport.js'

/** What is known of one airport, or of one day. */
export interface Figures {
  readonly flights: number
  /** Miles, or minutes. */
  readonly amount: number
}

/** A table of figures, and how they come from events. */
export interface ReadModel {
  readonly table: string
  readonly keyOf: (flight: FlightDeparted) => string
  readonly amountOf: (flight: FlightDeparted) => number
}

/**
 * The handler of the read model's projection: says what to write, and writes nothing itself. Some events of a group change the
 * same item, and a transaction takes an item only once, so they are added up first.
 */
export const counting =
  ({ table, keyOf, amountOf }: ReadModel) =>
  (envelopes: readonly EventEnvelope<FlightDeparted>[]): TransactWriteItem[] => {
    const sums = new Map<string, Figures>()
    for (const { event } of envelopes) {
      const { flights, amount } = sums.get(keyOf(event)) ?? { flights: 0, amount: 0 }
      sums.set(keyOf(event), { flights: flights + 1, amount: amount + amountOf(event) })
    }
    return [...sums].map(([id, { flights, amount }]) => ({
      Update: {
        TableName: table,
        Key: { id: { S: id } },
        UpdateExpression: 'ADD #flights :flights, #amount :amount',
        ExpressionAttributeNames: { '#flights': 'flights', '#amount': 'amount' },
        ExpressionAttributeValues: { ':flights': { N: String(flights) }, ':amount': { N: String(amount) } },
      },
    }))
  }

/** All figures of a read model. */
export const readFigures = async (client: DynamoDBClient, { table }: ReadModel): Promise<Map<string, Figures>> => {
  const figures = new Map<string, Figures>()
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    for (const { id, flights, amount } of Items)
      figures.set(id?.S ?? '', { flights: Number(flights?.N), amount: Number(amount?.N) })
  return figures
}

/** Creates its table, if it is not there. */
export const createReadModel = async (client: DynamoDBClient, { table }: ReadModel): Promise<void> => {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: table })
}
