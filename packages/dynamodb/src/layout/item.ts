import type { AttributeValue } from '@aws-sdk/client-dynamodb'

/** An item as DynamoDB takes and gives it. AttributeValues are written out: the bytes are the product. */
export type Item = Record<string, AttributeValue>
