import { readFileSync } from 'node:fs'
import { snapshotTableSchema } from '@dynact/dynamodb'
import { journalTableDefinition } from '@dynact/journal-dynamodb'

interface Index {
  readonly name: string
  readonly hash_key?: string
  readonly range_key: string
  readonly projection_type: string
  readonly non_key_attributes?: string[]
}

interface Table extends Omit<Index, 'projection_type'> {
  readonly hash_key: string
  readonly billing_mode: string
  readonly attribute: { readonly name: string; readonly type: string }[]
  readonly global_secondary_index?: Index[]
  readonly local_secondary_index?: Index[]
}

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
const json = /<!-- terraform -->\n```json\n([\s\S]*?)\n```/.exec(page)?.[1] ?? ''
const tables: Record<string, Table> = JSON.parse(json).resource.aws_dynamodb_table

const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
]

const indexes = (of: Index[] | undefined, hashOfTable: string) =>
  of?.map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index.hash_key ?? hashOfTable, index.range_key),
    Projection: {
      ProjectionType: index.projection_type,
      ...(index.non_key_attributes && { NonKeyAttributes: index.non_key_attributes }),
    },
  }))

/** What the provider would ask DynamoDB for. */
const asCreateTable = (table: Table | undefined) =>
  table && {
    TableName: table.name,
    BillingMode: table.billing_mode,
    AttributeDefinitions: table.attribute.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: keySchema(table.hash_key, table.range_key),
    ...(table.global_secondary_index && {
      GlobalSecondaryIndexes: indexes(table.global_secondary_index, table.hash_key),
    }),
    ...(table.local_secondary_index && {
      LocalSecondaryIndexes: indexes(table.local_secondary_index, table.hash_key),
    }),
  }

test('the journal table of the Terraform code is the one that is defined', () => {
  expect(asCreateTable(tables['journal'])).toEqual(journalTableDefinition({ queries: {} }))
})

test('so is the snapshot table', () => {
  expect(asCreateTable(tables['snapshots'])).toEqual(snapshotTableSchema('dynact-snapshot'))
})
