import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { Attributes, PERSISTENCE_IDS_INDEX, SNAPSHOT_TIMESTAMP_INDEX } from './attributes.js'

/** The journal table, paid per request. */
export const journalTableSchema = (table: string, withPersistenceIdsIndex: boolean): CreateTableCommandInput => ({
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: Attributes.PAR, AttributeType: 'S' },
    { AttributeName: Attributes.NUM, AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: Attributes.PAR, KeyType: 'HASH' },
    { AttributeName: Attributes.NUM, KeyType: 'RANGE' },
  ],
  ...(withPersistenceIdsIndex && {
    GlobalSecondaryIndexes: [
      {
        IndexName: PERSISTENCE_IDS_INDEX,
        KeySchema: [
          { AttributeName: Attributes.NUM, KeyType: 'HASH' },
          { AttributeName: Attributes.PAR, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  }),
})

/**
 * The snapshot table, paid per request. Its local index keeps only keys: DynamoDB counts an item together with its projection
 * into a local index, so projecting everything, as JVM set-ups do, would halve the largest snapshot and double the write cost.
 */
export const snapshotTableSchema = (table: string): CreateTableCommandInput => ({
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: Attributes.PAR, AttributeType: 'S' },
    { AttributeName: Attributes.SEQ, AttributeType: 'N' },
    { AttributeName: Attributes.TIMESTAMP, AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: Attributes.PAR, KeyType: 'HASH' },
    { AttributeName: Attributes.SEQ, KeyType: 'RANGE' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: SNAPSHOT_TIMESTAMP_INDEX,
      KeySchema: [
        { AttributeName: Attributes.PAR, KeyType: 'HASH' },
        { AttributeName: Attributes.TIMESTAMP, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
})
