import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable, enableTimeToLive, snapshotTableSchema } from '@dynact/dynamodb'
import { parseConfig } from '@dynact/persistence'
import { type SnapshotTableConfig, snapshotTableConfigSchema } from './config.js'

/**
 * What to create the snapshot table with, for infrastructure code: keys `par` (S) and `seq` (N), local index `ts-idx` on `ts`
 * (N), paid per request.
 * @throws {@link ConfigError} options that are not usable.
 */
export const snapshotTableDefinition = (config: SnapshotTableConfig = {}): CreateTableCommandInput =>
  snapshotTableSchema(parseConfig(snapshotTableConfigSchema, config, 'snapshotTableDefinition').table)

/**
 * Creates the snapshot table and waits until it is ACTIVE; one that is there already and is right is left as it is. With
 * `deletedTimeToLiveMs` it switches the table's time to live on.
 * @throws {@link ConfigError} a table of that name has other keys, or the options are not usable.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const createSnapshotTable = async (client: DynamoDBClient, config?: SnapshotTableConfig): Promise<void> => {
  const definition = snapshotTableDefinition(config)
  await createTable(client, definition)
  if (config?.deletedTimeToLiveMs !== undefined) await enableTimeToLive(client, definition.TableName ?? '')
}

/**
 * Deletes the snapshot table and every snapshot in it, and waits until it is gone; no table is no error.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const deleteSnapshotTable = async (client: DynamoDBClient, config?: SnapshotTableConfig): Promise<void> =>
  deleteTable(client, snapshotTableDefinition(config).TableName ?? '')
