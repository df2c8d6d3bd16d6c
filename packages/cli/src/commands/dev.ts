import { resolve } from 'node:path'
import { createJournalTable } from '@dynact/journal-dynamodb'
import { createSnapshotTable } from '@dynact/snapshot-dynamodb'
import { aborted } from '../aborted.js'
import { type AddCommand, examples, remark } from '../add-command.js'
import { wholeNumber } from '../arguments.js'
import { configSchema } from '../define-config.js'
import { portUnavailable } from '../port-unavailable.js'
import { quoted } from '../quoted.js'

interface Flags {
  readonly folder: string
  readonly port: number
  readonly tables: boolean
}

const DEFAULT_TABLE = configSchema.shape.table.parse(undefined)

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** `dynact dev`: a DynamoDB for the developer's machine. */
export const addDev: AddCommand = (parent, handle) => {
  parent
    .command('dev')
    .description('run an embedded DynamoDB on a folder, with the tables in it, until Ctrl-C')
    .option('--folder <path>', 'where it keeps its tables', '.dynact')
    .option('--port <port>', 'on 127.0.0.1; 0 takes a free one', wholeNumber(0, 65_535), 8000)
    .option('--no-tables', 'do not make the tables')
    .addHelpText(
      'after',
      remark(`For development: it knows no transactions and no PartiQL, and does not sync to the disk. Any credentials do.
Add the folder to .gitignore.`),
    )
    .addHelpText('after', examples('dev', 'dev --port 0 --json', 'ids --endpoint http://127.0.0.1:8000'))
    .action(
      handle(
        async ({ connection, output, signal, surroundings }, { folder, port, tables }: Flags) => {
          // Only here, so that no other command loads a database.
          const { startEmbeddedDynamoDB } = await import('@dynact/testkit')
          const path = resolve(surroundings.folder, folder)
          await using dynamodb = await startEmbeddedDynamoDB({ path, port }).catch((error) => {
            throw hasCode(error, 'PORT_UNAVAILABLE') ? portUnavailable(port, error.cause) : error
          })
          const { table, snapshotTable, queries = {} } = connection.settings
          if (tables) {
            const client = dynamodb.client()
            const { queries: resolved } = connection.journal().config
            await createJournalTable(client, { table, persistenceIdsIndex: true, queries: resolved ?? queries })
            await createSnapshotTable(client, { table: snapshotTable })
          }
          const { endpoint } = dynamodb
          await output.record({ endpoint, folder: path, ...(tables && { table, snapshotTable }) }, () =>
            [
              `DynamoDB on ${endpoint}, in ${path}`,
              ...(tables ? [`  tables: ${table}, ${snapshotTable}`] : []),
              `  dynact ids --endpoint ${endpoint}${table === DEFAULT_TABLE ? '' : ` --table ${quoted(table)}`}`,
              '  Ctrl-C ends it.',
            ].join('\n'),
          )
          await aborted(signal)
          signal.throwIfAborted()
        },
        { endpoint: false },
      ),
    )
}
