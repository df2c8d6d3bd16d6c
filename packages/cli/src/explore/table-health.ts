import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb'
import { checkTable, FEED_INDEX, PERSISTENCE_IDS_INDEX } from '@dynact/dynamodb'
import { journalTableDefinition } from '@dynact/journal-dynamodb'
import { ConfigError, isPersistenceError } from '@dynact/persistence'
import { snapshotTableDefinition } from '@dynact/snapshot-dynamodb'
import { describedTable } from '../inspect/described-table.js'
import type { TableHealth } from '../page/protocol.js'
import type { Explorer } from './explorer.js'

type Remark = TableHealth['remarks'][number]

/** What is to be known of both tables. DynamoDB brings its counts up to date every six hours or so. */
export const tableHealths = async (explorer: Explorer, signal: AbortSignal): Promise<TableHealth[]> => {
  const { table, snapshotTable, queries } = explorer.settings
  const journal = journalTableDefinition({ table, ...(queries !== undefined && { queries }) })
  return Promise.all([
    healthOf(explorer, journal, journalHints, signal),
    healthOf(explorer, snapshotTableDefinition({ table: snapshotTable }), () => [], signal),
  ])
}

const healthOf = async (
  explorer: Explorer,
  definition: CreateTableCommandInput,
  moreHints: (indexes: readonly string[]) => Remark[],
  signal: AbortSignal,
): Promise<TableHealth> => {
  const { TableName: table = '' } = definition
  const unknown = (text: string): TableHealth => ({ table, indexes: [], remarks: [{ kind: 'fault', text }] })
  try {
    const { description, faults } = await lookAt(explorer, definition, signal)
    if (description === undefined) return unknown(`The table ${table} is not there. Make it by: dynact tables create`)
    const indexes = indexesOf(description)
    const hints = moreHints(indexes.map(({ name }) => name))
    return { table, facts: factsOf(description), indexes, remarks: [...faults, ...hintsOf(description), ...hints] }
  } catch (error) {
    if (!isPersistenceError(error)) throw error
    return unknown(error.message)
  }
}

const lookAt = async (
  { client, requests }: Explorer,
  definition: CreateTableCommandInput,
  signal: AbortSignal,
): Promise<{ readonly description: TableDescription | undefined; readonly faults: Remark[] }> => {
  try {
    return { description: await checkTable(client, definition), faults: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { TableName } = definition
    const options = { priority: 'feed', purpose: `table ${TableName}: describing it`, signal } as const
    const { Table } = await requests.send('DescribeTable', { TableName }, options)
    return { description: Table, faults: [{ kind: 'fault', text: error.message }] }
  }
}

const number = (value: number): string => value.toLocaleString('en-US')

const factsOf = (table: TableDescription): NonNullable<TableHealth['facts']> => {
  const { status, billing, items, bytes, deletionProtection } = describedTable(table)
  const { ReadCapacityUnits: read = 0, WriteCapacityUnits: write = 0 } = table.ProvisionedThroughput ?? {}
  const { MaxReadRequestUnits: maxRead = -1, MaxWriteRequestUnits: maxWrite = -1 } = table.OnDemandThroughput ?? {}
  const limit = (units: number): string => (units > 0 ? number(units) : 'no limit')
  const capacity =
    billing === 'PROVISIONED'
      ? `provisioned: ${number(read)} read and ${number(write)} write units a second`
      : `paid per request; read units a second: ${limit(maxRead)}, write units: ${limit(maxWrite)}`
  return [
    { name: 'Status', value: status },
    { name: 'Capacity', value: capacity },
    { name: 'Items', value: `about ${number(items)}` },
    { name: 'Size', value: `about ${number(bytes)} bytes` },
    { name: 'Deletion protection', value: deletionProtection ? 'on' : 'off' },
    { name: 'Class', value: table.TableClassSummary?.TableClass ?? 'STANDARD' },
  ]
}

const indexesOf = (table: TableDescription): TableHealth['indexes'] =>
  [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].map((index) => ({
    name: index.IndexName ?? '',
    projection: index.Projection?.ProjectionType ?? '',
    // A local index is as its table is.
    status: String(('IndexStatus' in index ? index.IndexStatus : table.TableStatus) ?? ''),
    items: index.ItemCount ?? 0,
    bytes: index.IndexSizeBytes ?? 0,
  }))

const hintsOf = (table: TableDescription): Remark[] => {
  const { status, deletionProtection } = describedTable(table)
  const remarks: Remark[] = []
  if (status !== 'ACTIVE') remarks.push({ kind: 'fault', text: `The table is ${status}: requests may fail.` })
  for (const { name, status: ofIndex } of indexesOf(table))
    if (ofIndex !== 'ACTIVE' && status === 'ACTIVE')
      remarks.push({ kind: 'fault', text: `The index ${name} is ${ofIndex}: queries by it are not complete.` })
  if (!deletionProtection)
    remarks.push({ kind: 'hint', text: 'Deletion protection is off: one request deletes the table.' })
  return remarks
}

const journalHints = (indexes: readonly string[]): Remark[] => {
  const remarks: Remark[] = []
  if (!indexes.includes(PERSISTENCE_IDS_INDEX))
    remarks.push({
      kind: 'hint',
      text: `Without the index ${PERSISTENCE_IDS_INDEX} a list of ids reads the whole table.`,
    })
  if (!indexes.includes(FEED_INDEX))
    remarks.push({ kind: 'hint', text: `Without the index ${FEED_INDEX} events of all ids can't be followed.` })
  return remarks
}
