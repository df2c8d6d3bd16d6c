import type { TableDescription } from '@aws-sdk/client-dynamodb'

/** What is told of a table. */
export interface DescribedTable {
  readonly table: string
  readonly status: string
  readonly billing: string
  /** DynamoDB counts every six hours or so. */
  readonly items: number
  readonly bytes: number
  readonly indexes: readonly { readonly name: string; readonly projection: string }[]
  readonly deletionProtection: boolean
}

/** The same of what DynamoDB says. Pure. */
export const describedTable = (table: TableDescription): DescribedTable => ({
  table: table.TableName ?? '',
  status: table.TableStatus ?? '',
  billing: table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
  items: table.ItemCount ?? 0,
  bytes: table.TableSizeBytes ?? 0,
  indexes: [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].map(
    ({ IndexName, Projection }) => ({ name: IndexName ?? '', projection: Projection?.ProjectionType ?? '' }),
  ),
  deletionProtection: table.DeletionProtectionEnabled ?? false,
})
