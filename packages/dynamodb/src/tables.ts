import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type TableDescription,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb'
import { type AbortOptions, ConfigError, PersistenceError } from '@dynact/persistence'
import { feedIndexFault } from './feed-index-fault.js'
import { FEED_INDEX } from './layout/attributes.js'

const MAX_WAIT_SECONDS = 300

const hasName = (error: unknown, name: string): boolean => error instanceof Error && error.name === name

const describeKeys = (schema: TableDescription['KeySchema']): string =>
  (schema ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(', ')

/** Refuses a table of the right name and the wrong shape. Billing, tags and further indexes are the user's own affair. */
const checkShape = (expected: CreateTableCommandInput, actual: TableDescription): void => {
  const refuse = (what: string, is: string, should: string) => {
    throw new ConfigError(
      `The table ${expected.TableName} exists, but its ${what} ${is}, where dynact needs ${should}. Choose another table name, or delete the table if it is not in use.`,
    )
  }
  const typeOf = (table: TableDescription | CreateTableCommandInput, name: string | undefined) =>
    table.AttributeDefinitions?.find((attribute) => attribute.AttributeName === name)?.AttributeType ?? 'nothing'
  const is = describeKeys(actual.KeySchema)
  const should = describeKeys(expected.KeySchema)
  if (is !== should) refuse('keys are', is, should)
  for (const { AttributeName } of expected.KeySchema ?? []) {
    const [isType, shouldType] = [typeOf(actual, AttributeName), typeOf(expected, AttributeName)]
    if (isType !== shouldType) refuse(`key ${AttributeName} has type`, isType, shouldType)
  }
  const indexesOf = (table: TableDescription | CreateTableCommandInput) => [
    ...(table.GlobalSecondaryIndexes ?? []),
    ...(table.LocalSecondaryIndexes ?? []),
  ]
  for (const { IndexName, KeySchema, Projection } of indexesOf(expected)) {
    if (IndexName === FEED_INDEX) {
      const fault = feedIndexFault(actual, Projection?.ProjectionType === 'ALL' ? 'all' : 'keys')
      if (fault !== undefined) throw new ConfigError(fault)
      continue
    }
    if (!indexesOf(actual).some((index) => index.IndexName === IndexName))
      refuse(`index ${IndexName} is`, 'not there', describeKeys(KeySchema))
  }
}

const wait = (client: DynamoDBClient, abortSignal: AbortSignal | undefined) => ({
  client,
  maxWaitTime: MAX_WAIT_SECONDS,
  minDelay: 1,
  maxDelay: 5,
  ...(abortSignal && { abortSignal }),
})

/** As the SDK takes it. */
const sending = (abortSignal: AbortSignal | undefined) => (abortSignal === undefined ? {} : { abortSignal })

const describeTable = async (
  client: DynamoDBClient,
  TableName: string,
  signal: AbortSignal | undefined,
): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }), sending(signal))).Table
  } catch (error) {
    if (hasName(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/**
 * Creates a table and waits until it is ACTIVE; one that is there and has the right shape is left as it is, and needs no
 * permission but `dynamodb:DescribeTable`. One that is just being deleted is waited for, and created anew.
 *
 * @throws {@link ConfigError} a table of that name has another shape.
 * @throws {@link PersistenceError} DynamoDB refused, or could not be reached, or the table was not ACTIVE after 5 minutes.
 * @throws the signal's reason; the table may be made all the same.
 */
export const createTable = async (
  client: DynamoDBClient,
  input: CreateTableCommandInput,
  { signal }: AbortOptions = {},
): Promise<void> => {
  const TableName = input.TableName ?? ''
  try {
    let table = await describeTable(client, TableName, signal)
    if (table?.TableStatus === 'DELETING') {
      await waitUntilTableNotExists(wait(client, signal), { TableName })
      table = undefined
    }
    if (table === undefined) await createUnlessThere(client, input, signal)
    if (table?.TableStatus !== 'ACTIVE') {
      await waitUntilTableExists(wait(client, signal), { TableName })
      table = await describeTable(client, TableName, signal)
    }
    if (table !== undefined) checkShape(input, table)
  } catch (cause) {
    signal?.throwIfAborted()
    throw tableError('create', TableName, cause)
  }
}

/** Another process may be first. */
const createUnlessThere = async (
  client: DynamoDBClient,
  input: CreateTableCommandInput,
  signal: AbortSignal | undefined,
): Promise<void> => {
  try {
    await client.send(new CreateTableCommand(input), sending(signal))
  } catch (error) {
    if (!hasName(error, 'ResourceInUseException')) throw error
  }
}

/**
 * Deletes a table, with all that is in it, and waits until it is gone; none is not an error.
 *
 * @throws {@link PersistenceError} DynamoDB refused, or could not be reached, or the table was not gone after 5 minutes.
 * @throws the signal's reason; the table may be deleted all the same.
 */
export const deleteTable = async (
  client: DynamoDBClient,
  TableName: string,
  { signal }: AbortOptions = {},
): Promise<void> => {
  try {
    await client.send(new DeleteTableCommand({ TableName }), sending(signal))
    await waitUntilTableNotExists(wait(client, signal), { TableName })
  } catch (cause) {
    if (hasName(cause, 'ResourceNotFoundException')) return
    signal?.throwIfAborted()
    throw tableError('delete', TableName, cause)
  }
}

/**
 * Looks at a table: whether it is there, and has the shape that it should have.
 *
 * @returns DynamoDB's description of it; `undefined` if there is none.
 * @throws {@link ConfigError} a table of that name has another shape.
 * @throws {@link PersistenceError} DynamoDB refused, or could not be reached.
 * @throws the signal's reason.
 */
export const checkTable = async (
  client: DynamoDBClient,
  input: CreateTableCommandInput,
  { signal }: AbortOptions = {},
): Promise<TableDescription | undefined> => {
  const TableName = input.TableName ?? ''
  try {
    const table = await describeTable(client, TableName, signal)
    if (table !== undefined) checkShape(input, table)
    return table
  } catch (cause) {
    signal?.throwIfAborted()
    throw tableError('look at', TableName, cause)
  }
}

/** Says what could not be done to a table, and what to check. */
export const tableError = (verb: string, table: string, cause: unknown): unknown => {
  if (cause instanceof PersistenceError) return cause
  const text =
    cause instanceof Error ? `${cause.name}: ${cause.message || String(Reflect.get(cause, 'code'))}` : String(cause)
  return new PersistenceError(
    `Could not ${verb} the table ${table}: ${text}. Check the endpoint, the credentials and their permissions.`,
    { cause },
  )
}
