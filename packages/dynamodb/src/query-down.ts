import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { Attributes } from './layout/attributes.js'
import { type JournalKeyConfig, PARTITION_SIZE, partitionKey } from './layout/journal-key.js'

/** What of the items is wanted, beside their place. */
type Wanted = 'INDEX' | 'LAST_INDEX' | 'PACKED_SIZE' | 'TIMESTAMP' | 'FEED' | 'EXPIRY'

/**
 * The query for the items of a hundred downwards, strongly consistent: those at or before a sequence number, the nearest first. Of
 * each item it gives `num` and the attributes that are named.
 *
 * @param fromSequenceNr - one beyond the hundred means all of it.
 */
export const queryDown = (
  config: JournalKeyConfig & { readonly table: string },
  persistenceId: string,
  partitionNr: number,
  fromSequenceNr: number,
  wanted: readonly Wanted[],
): QueryCommandInput => {
  const fromNum = Math.min(PARTITION_SIZE - 1, fromSequenceNr - partitionNr * PARTITION_SIZE)
  return {
    TableName: config.table,
    KeyConditionExpression: '#par = :par AND #num <= :num',
    ProjectionExpression: ['#num', ...wanted.map((name) => `#${name}`)].join(', '),
    ExpressionAttributeNames: {
      '#par': Attributes.PAR,
      '#num': Attributes.NUM,
      ...Object.fromEntries(wanted.map((name) => [`#${name}`, Attributes[name]])),
    },
    ExpressionAttributeValues: {
      ':par': { S: partitionKey(config, persistenceId, partitionNr) },
      ':num': { N: String(fromNum) },
    },
    ConsistentRead: true,
    ScanIndexForward: false,
  }
}
