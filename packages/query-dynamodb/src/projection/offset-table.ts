import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable, offsetTableSchema } from '@dynact/dynamodb'
import { parseConfig } from '@dynact/persistence'
import { type OffsetTableConfig, offsetTableConfigSchema } from './offset-store-config.js'

/**
 * What to create the offset table with, for infrastructure code: key `projection` (S), paid per request.
 * @throws {@link ConfigError} options that are not usable.
 */
export const offsetTableDefinition = (config: OffsetTableConfig = {}): CreateTableCommandInput =>
  offsetTableSchema(parseConfig(offsetTableConfigSchema, config, 'offsetTableDefinition').table)

/**
 * Creates the offset table and waits until it is ACTIVE; one that is there already and is right is left as it is.
 * @throws {@link ConfigError} a table of that name has other keys, or the options are not usable.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const createOffsetTable = async (client: DynamoDBClient, config?: OffsetTableConfig): Promise<void> =>
  createTable(client, offsetTableDefinition(config))

/**
 * Deletes the offset table and every offset in it, and waits until it is gone; no table is no error.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const deleteOffsetTable = async (client: DynamoDBClient, config?: OffsetTableConfig): Promise<void> =>
  deleteTable(client, offsetTableDefinition(config).TableName ?? '')
