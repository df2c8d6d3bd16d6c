import { resolve } from 'node:path'
import { createJournalTable } from '@dynact/journal-dynamodb'
import { createSnapshotTable } from '@dynact/snapshot-dynamodb'
import { aborted } from '../aborted.js'
import { type AddCommand, examples } from '../add-command.js'
import { wholeNumber } from '../arguments.js'

interface Flags {
  readonly folder: string
  readonly port: number
  readonly tables: boolean
}

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
      `\nFor development: it knows no transactions and no PartiQL, and does not sync to the disk. Any credentials do.
Add the folder to .gitignore.`,
    )
    .addHelpText('after', examples('dev', 'dev --port 0 --json', 'ids --endpoint http://127.0.0.1:8000'))
    .action(
      handle(async ({ connection, output, signal, surroundings }, { folder, port, tables }: Flags) => {
        // Only here, so that no other command loads a database.
        const { startEmbeddedDynamoDB } = await import('@dynact/testkit')
        const path = resolve(surroundings.folder, folder)
        await using dynamodb = await startEmbeddedDynamoDB({ path, port })
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
            `  dynact ids --endpoint ${endpoint}`,
          ].join('\n'),
        )
        await aborted(signal)
        signal.throwIfAborted()
      }),
    )
}
