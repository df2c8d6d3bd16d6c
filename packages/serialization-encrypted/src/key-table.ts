import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable, deleteTable } from '@dynact/dynamodb'
import { parseConfig } from '@dynact/persistence'
import { type KeyTableConfig, keyTableConfigSchema } from './config.js'
import { KeyAttributes } from './key-item.js'

/**
 * What to create the table of the data keys with, for infrastructure code: key `persistence_id` (S), paid per request. Backups of this
 * table keep forgotten keys for as long as they are kept themselves.
 * @throws {@link ConfigError} options that are not usable.
 */
export const keyTableDefinition = (config: KeyTableConfig = {}): CreateTableCommandInput => ({
  TableName: parseConfig(keyTableConfigSchema, config, 'keyTableDefinition').table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: KeyAttributes.PERSISTENCE_ID, AttributeType: 'S' }],
  KeySchema: [{ AttributeName: KeyAttributes.PERSISTENCE_ID, KeyType: 'HASH' }],
})

/**
 * Creates the table of the data keys and waits until it is ACTIVE; one that is there already and is right is left as it is.
 * @throws {@link ConfigError} a table of that name has other keys, or the options are not usable.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const createKeyTable = async (client: DynamoDBClient, config?: KeyTableConfig): Promise<void> =>
  createTable(client, keyTableDefinition(config))

/**
 * Deletes the table of the data keys, and waits until it is gone; no table is no error. Nothing that was encrypted with them can be
 * read any more.
 * @throws {@link PersistenceError} DynamoDB refused or could not be reached.
 */
export const deleteKeyTable = async (client: DynamoDBClient, config?: KeyTableConfig): Promise<void> =>
  deleteTable(client, keyTableDefinition(config).TableName ?? '')
