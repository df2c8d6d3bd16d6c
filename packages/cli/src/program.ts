import { readFileSync } from 'node:fs'
import { Command, type OutputConfiguration } from 'commander'
import { type AddCommand, examples, type Handle, remark } from './add-command.js'
import { addBackfillFeed } from './commands/backfill-feed.js'
import { addBench } from './commands/bench.js'
import { addCleanup } from './commands/cleanup.js'
import { addCompletion } from './commands/completion.js'
import { addDelete } from './commands/delete.js'
import { addDev } from './commands/dev.js'
import { addEvents } from './commands/events.js'
import { addExplore } from './commands/explore.js'
import { addExport } from './commands/export.js'
import { addIds } from './commands/ids.js'
import { addImport } from './commands/import.js'
import { addMigrate } from './commands/migrate.js'
import { addSnapshot } from './commands/snapshot.js'
import { addStats } from './commands/stats.js'
import { addTables } from './commands/tables.js'
import { addTail } from './commands/tail.js'
import { addVerify } from './commands/verify.js'

const COMMANDS: readonly AddCommand[] = [
  addTables,
  addIds,
  addEvents,
  addSnapshot,
  addTail,
  addStats,
  addVerify,
  addExplore,
  addExport,
  addImport,
  addDelete,
  addCleanup,
  addBackfillFeed,
  addMigrate,
  addDev,
  addBench,
  addCompletion,
]

const AFTER = `Options of the command line go before those of dynact.config.{ts,mts,js,mjs} in this folder. Region and credentials come from where
the AWS tools have them, but for an endpoint on this machine, which gets made-up ones if there are none.

Exit codes: 0 done, 1 failed, 2 the command line or config file is wrong, 3 verify has found damage, 130 Ctrl-C, 143 SIGTERM.`

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** The command with all of its sub-commands. */
export const makeProgram = (handle: Handle, output: OutputConfiguration): Command => {
  const program = new Command('dynact')
    .description('Looks after the DynamoDB tables of dynact, Akka and Pekko actors.')
    .version(version)
    .option('--endpoint <url>', 'address of DynamoDB (default: that of the region)')
    .option('--region <region>', 'AWS region')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--table <name>', "the journal's table (default: dynact-journal)")
    .option('--snapshot-table <name>', 'the table of snapshots (default: dynact-snapshot)')
    .option('--journal-name <name>', 'prefix of all keys (default: journal)')
    .option('--json', 'print JSON, a line for each result, and no progress')
    .option('--config <file>', 'config file (default: dynact.config.{ts,mts,js,mjs} in this folder)')
    .addHelpText('after', remark(AFTER))
    .addHelpText('after', examples('ids', 'events orders-7 --from 100', 'verify --json --table orders'))
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for what there is)')
  // Before the commands are added: they take it over.
  program.exitOverride().configureOutput(output)
  for (const add of COMMANDS) add(program, handle)
  return program
}
