import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { checkTable, createTable, deleteTable } from '@dynact/dynamodb'
import { journalTableDefinition } from '@dynact/journal-dynamodb'
import { ConfigError } from '@dynact/persistence'
import { snapshotTableDefinition } from '@dynact/snapshot-dynamodb'
import { type Command, Option } from 'commander'
import { type AddCommand, examples, remark } from '../add-command.js'
import type { Call } from '../call.js'
import { UsageError } from '../cli-error.js'
import { confirm } from '../confirm.js'
import { ExitCode } from '../exit-code.js'
import { type DescribedTable, describedTable } from '../inspect/described-table.js'

interface Flags {
  readonly only?: 'journal' | 'snapshot'
  readonly persistenceIdsIndex?: boolean
  readonly queries?: boolean
  readonly yes?: boolean
}

/** What the tables should be: of the journal, of the snapshots, or both. */
const definitions = (
  { connection }: Call,
  { only, persistenceIdsIndex, queries }: Flags,
): CreateTableCommandInput[] => {
  const { table, snapshotTable, queries: configured } = connection.settings
  const feed = configured ?? (queries === true ? {} : undefined)
  try {
    return [
      ...(only === 'snapshot'
        ? []
        : [
            journalTableDefinition({
              table,
              persistenceIdsIndex: persistenceIdsIndex === true,
              ...(feed !== undefined && { queries: feed }),
            }),
          ]),
      ...(only === 'journal' ? [] : [snapshotTableDefinition({ table: snapshotTable })]),
    ]
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

const namesOf = (tables: readonly CreateTableCommandInput[]): string =>
  tables.map(({ TableName }) => TableName).join(' and ')

const describeText = ({ table, status, billing, items, bytes, indexes, deletionProtection }: DescribedTable) =>
  [
    `${table}: ${status}, ${billing}, about ${items} items in ${bytes} bytes`,
    `  indexes: ${indexes.map(({ name, projection }) => `${name} (${projection})`).join(', ') || 'none'}`,
    `  deletion protection: ${deletionProtection ? 'on' : 'off'}`,
  ].join('\n')

/** Says of each table whether it is as it should be. */
const check = async (call: Call, flags: Flags): Promise<ExitCode> => {
  let isRight = true
  for (const definition of definitions(call, flags)) {
    const table = definition.TableName ?? ''
    let fault: string | undefined
    try {
      if ((await checkTable(call.connection.client, definition, call)) === undefined)
        fault = `The table ${table} is not there. Make it by: dynact tables create`
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      fault = error.message
    }
    isRight &&= fault === undefined
    await call.output.record({ table, ok: fault === undefined, ...(fault !== undefined && { fault }) }, () =>
      fault === undefined ? `${table}: ok` : `${table}: ${fault}`,
    )
  }
  return isRight ? ExitCode.OK : ExitCode.FAILURE
}

const withIndexes = (command: Command): Command =>
  command
    .option('--persistence-ids-index', 'with the index that lists ids; costs one write unit more per event')
    .option('--queries', 'with the feed index, for tail and queries by tag and by slices')

/** `dynact tables`: makes, deletes and looks at the tables. */
export const addTables: AddCommand = (parent, handle) => {
  const tables = parent.command('tables').description('make, delete and look at the tables')
  tables.addHelpText('after', examples('tables create --queries', 'tables check', 'tables describe --json'))
  const command = (name: string, description: string): Command =>
    tables
      .command(name)
      .description(description)
      .addOption(new Option('--only <which>', 'one of them (default: both)').choices(['journal', 'snapshot']))

  withIndexes(command('create', 'make the tables that are not there, and wait until they can be used'))
    .addHelpText(
      'after',
      remark('A table that is there and is right is left as it is; one that is not right is named.'),
    )
    .addHelpText('after', examples('tables create', 'tables create --only journal --queries --persistence-ids-index'))
    .action(
      handle(async (call, flags: Flags) => {
        for (const definition of definitions(call, flags)) {
          await createTable(call.connection.client, definition, call)
          await call.output.record({ table: definition.TableName }, () => `${definition.TableName}: ready`)
        }
      }),
    )

  command('delete', 'delete the tables with all that is in them')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('tables delete', 'tables delete --only snapshot --yes'))
    .action(
      handle(async (call, flags: Flags) => {
        const wanted = definitions(call, flags)
        await confirm(call, `deletes ${namesOf(wanted)}, with every event and snapshot in it`, flags)
        for (const { TableName = '' } of wanted) {
          await deleteTable(call.connection.client, TableName, call)
          await call.output.record({ table: TableName }, () => `${TableName}: deleted`)
        }
      }),
    )

  command('describe', 'print what DynamoDB says of the tables')
    .addHelpText('after', examples('tables describe', 'tables describe --only journal --json'))
    .action(
      handle(async (call, flags: Flags) => {
        const { connection, output, signal } = call
        for (const { TableName = '' } of definitions(call, flags)) {
          const { Table } = await connection
            .requests(TableName)
            .send(
              'DescribeTable',
              { TableName },
              { priority: 'feed', purpose: `table ${TableName}: describing it`, signal },
            )
          const description = describedTable(Table ?? {})
          await output.record(description, () => describeText(description))
        }
      }),
    )

  withIndexes(command('check', 'say whether the tables have the keys and indexes that they need'))
    .addHelpText('after', remark('Exit code 1 if one has not, or is not there.'))
    .addHelpText('after', examples('tables check', 'tables check --queries'))
    .action(handle(check))
}
