import { Attributes } from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'

/** Of two snapshots of one sequence number the one of the later time stays; an item without a time, or a deleted one, is no snapshot. */
export const saveCondition = ({ timestamp }: SnapshotMetadata) => ({
  ConditionExpression: 'attribute_not_exists(#ts) OR #ts <= :ts OR attribute_exists(#expiry)',
  ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP, '#expiry': Attributes.EXPIRY },
  ExpressionAttributeValues: { ':ts': { N: String(Math.floor(timestamp)) } },
})
