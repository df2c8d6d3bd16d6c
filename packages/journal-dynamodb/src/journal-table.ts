import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable, enableTimeToLive, journalTableSchema } from '@dynact/dynamodb'
import { parseConfig } from '@dynact/persistence'
import { type JournalTableConfig, journalTableConfigSchema } from './config.js'

/**
 * What to create the journal's table with, for infrastructure code: keys `par` (S) and `num` (N), paid per request; with the
 * indexes that the options ask for.
 * @throws {@link ConfigError} options that are not usable.
 */
export const journalTableDefinition = (config: JournalTableConfig = {}): CreateTableCommandInput => {
  const { table, persistenceIdsIndex, queries } = parseConfig(
    journalTableConfigSchema,
    config,
    'journalTableDefinition',
  )
  return journalTableSchema(table, persistenceIdsIndex, queries?.projection)
}

/**
 * Creates the journal's table and waits until it is ACTIVE; one that is there already and is right is left as it is. With
 * `deletedTimeToLiveMs` it switches the table's time to live on.
 * @throws {@link ConfigError} a table of that name has other keys or lacks an index (the message says how to add it), or the options are not usable.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const createJournalTable = async (client: DynamoDBClient, config?: JournalTableConfig): Promise<void> => {
  const definition = journalTableDefinition(config)
  await createTable(client, definition)
  if (config?.deletedTimeToLiveMs !== undefined) await enableTimeToLive(client, definition.TableName ?? '')
}

/**
 * Deletes the journal's table and every event in it, and waits until it is gone; no table is no error.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const deleteJournalTable = async (client: DynamoDBClient, config?: JournalTableConfig): Promise<void> =>
  deleteTable(client, journalTableDefinition(config).TableName ?? '')
