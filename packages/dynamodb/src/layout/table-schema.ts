import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb'
import { Attributes, FEED_INDEX, PERSISTENCE_IDS_INDEX, SNAPSHOT_TIMESTAMP_INDEX } from './attributes.js'

/** What of an event its entry in the feed index has: what tells whether to fetch it, or all of it. */
export type FeedProjection = 'keys' | 'all'

/** The index that tells events by time. With `'keys'` it has what is needed to choose them and to know their batches. */
export const feedIndexSchema = (projection: FeedProjection): GlobalSecondaryIndex => ({
  IndexName: FEED_INDEX,
  KeySchema: [
    { AttributeName: Attributes.FEED, KeyType: 'HASH' },
    { AttributeName: Attributes.TIMESTAMP, KeyType: 'RANGE' },
  ],
  Projection:
    projection === 'all'
      ? { ProjectionType: 'ALL' }
      : {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: [Attributes.TAGS, Attributes.INDEX, Attributes.LAST_INDEX, Attributes.PACKED_SIZE],
        },
})

const persistenceIdsIndexSchema: GlobalSecondaryIndex = {
  IndexName: PERSISTENCE_IDS_INDEX,
  KeySchema: [
    { AttributeName: Attributes.NUM, KeyType: 'HASH' },
    { AttributeName: Attributes.PAR, KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' },
}

/**
 * The journal table, paid per request.
 * @param feed - with the feed index.
 */
export const journalTableSchema = (
  table: string,
  withPersistenceIdsIndex: boolean,
  feed?: FeedProjection,
): CreateTableCommandInput => ({
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: Attributes.PAR, AttributeType: 'S' },
    { AttributeName: Attributes.NUM, AttributeType: 'N' },
    ...(feed === undefined
      ? []
      : ([
          { AttributeName: Attributes.FEED, AttributeType: 'S' },
          { AttributeName: Attributes.TIMESTAMP, AttributeType: 'N' },
        ] as const)),
  ],
  KeySchema: [
    { AttributeName: Attributes.PAR, KeyType: 'HASH' },
    { AttributeName: Attributes.NUM, KeyType: 'RANGE' },
  ],
  ...((withPersistenceIdsIndex || feed !== undefined) && {
    GlobalSecondaryIndexes: [
      ...(withPersistenceIdsIndex ? [persistenceIdsIndexSchema] : []),
      ...(feed === undefined ? [] : [feedIndexSchema(feed)]),
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
