import { Attributes } from '@dynact/dynamodb'
import type { SnapshotMetadata } from '@dynact/persistence'

/** Of two snapshots of one sequence number the one of the later time stays; an item without a time is no snapshot. */
export const saveCondition = ({ timestamp }: SnapshotMetadata) => ({
  ConditionExpression: 'attribute_not_exists(#ts) OR #ts <= :ts',
  ExpressionAttributeNames: { '#ts': Attributes.TIMESTAMP },
  ExpressionAttributeValues: { ':ts': { N: String(Math.floor(timestamp)) } },
})
