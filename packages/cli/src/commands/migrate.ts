import { serialization as makeSerialization } from '@dynact/persistence'
import type { Command } from 'commander'
import { type AddCommand, examples, remark } from '../add-command.js'
import type { Call } from '../call.js'
import { UsageError } from '../cli-error.js'
import { whyEmpty } from '../inspect/why-empty.js'
import { castoreRecords } from '../migrate/castore-records.js'
import { postgresRecords } from '../migrate/postgres-records.js'
import { connectPostgres, tableName } from '../migrate/postgres-source.js'
import { allIdPages } from '../transfer/all-id-pages.js'
import { historyTarget } from '../transfer/history-target.js'
import { type JournalSource, journalRecords } from '../transfer/journal-records.js'
import { rawSerialization } from '../transfer/raw-serialization.js'
import { RecordSink } from '../transfer/record-sink.js'
import type { SourceRecord } from '../transfer/transfer-record.js'

interface CommonFlags {
  readonly from?: string
  readonly queries?: boolean
}

interface JvmFlags extends CommonFlags {
  readonly sourceTable: string
  readonly sourceSnapshotTable?: string
  readonly sourceJournalName?: string
}

interface CastoreFlags extends CommonFlags {
  readonly sourceTable: string
  readonly keepIds?: boolean
}

interface PostgresFlags extends CommonFlags {
  readonly url?: string
  readonly schema?: string
  readonly prefix: string
  readonly sourceTable: string
  readonly sourceSnapshotTable: string
}

/** Writes all that a source gives, and says how to go on. */
const migrate = async (
  call: Call,
  target: RecordSink,
  records: AsyncIterable<SourceRecord>,
  changes: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const { output, signal } = call
  await using sink = target
  const { transferred } = sink
  call.resumeHint = call.again(changes)
  for await (const record of records) {
    signal.throwIfAborted()
    await sink.take(record)
    if (record.type === 'page' && record.cursor !== undefined) {
      const from = { ...changes, '--from': record.cursor }
      sink.whenStored(() => {
        call.resumeHint = call.again(from)
      })
    }
    output.progress(`${transferred.ids} ids, ${transferred.events} events migrated`)
  }
  await sink.end()
  await output.record(
    transferred,
    () => `migrated ${transferred.ids} ids, ${transferred.events} events, ${transferred.snapshots} snapshots`,
  )
}

const migrateJvm = async (call: Call, flags: JvmFlags): Promise<void> => {
  const { connection, signal } = call
  const { table, journalName } = connection.settings
  const { sourceTable, sourceSnapshotTable, sourceJournalName = journalName } = flags
  if (sourceTable === table && sourceJournalName === journalName)
    throw new UsageError(
      `The source is the target, table ${table}. dynact reads a JVM plugin's table as it is; to copy it, name another one by --table.`,
    )
  const from = { serialization: rawSerialization, journalName: sourceJournalName }
  const source: JournalSource = {
    journal: connection.journal({ ...from, table: sourceTable, distrust: true }),
    snapshotStore:
      sourceSnapshotTable === undefined ? undefined : connection.snapshotStore({ ...from, table: sourceSnapshotTable }),
    signal,
  }
  const readJournal = connection.readJournal({ table: sourceTable, journalName: sourceJournalName })
  const requests = connection.requests(sourceSnapshotTable ?? sourceTable)
  const pages = allIdPages({ ...source, readJournal, requests }, flags.from)
  const store =
    sourceSnapshotTable === undefined ? undefined : connection.snapshotStore({ serialization: rawSerialization })
  const sink = new RecordSink(historyTarget(call, flags.queries === true), store)
  await migrate(call, sink, journalRecords(source, pages))
  if (sink.transferred.ids > 0 || flags.from !== undefined) return
  const place = {
    requests: connection.requests(sourceTable),
    table: sourceTable,
    journalName: sourceJournalName,
    signal,
  }
  call.output.note(`No ids: ${(await whyEmpty(place)).replace('--journal-name', '--source-journal-name')}`)
}

const migrateCastore = async (call: Call, { sourceTable, keepIds, from, queries }: CastoreFlags): Promise<void> => {
  const { connection, signal } = call
  const { serialization = makeSerialization() } = connection.settings
  const records = castoreRecords({
    requests: connection.requests(sourceTable),
    table: sourceTable,
    // The part before | is the entity type, by which slices are queried.
    persistenceIdOf: (aggregateId) => (keepIds === true ? aggregateId : aggregateId.replace('#', '|')),
    serialization,
    signal,
    from,
  })
  const sink = new RecordSink(historyTarget(call, queries === true), undefined)
  await migrate(call, sink, records)
}

const migratePostgres = async (call: Call, flags: PostgresFlags): Promise<void> => {
  const { connection, surroundings } = call
  const { schema, prefix, from, queries } = flags
  const url = flags.url ?? surroundings.env['DATABASE_URL']
  if (url === undefined) throw new UsageError('Give --url, or set DATABASE_URL: postgres://user:password@host/database')
  const { serialization = makeSerialization(), snapshotSerialization = serialization } = connection.settings
  const sink = new RecordSink(
    historyTarget(call, queries === true),
    connection.snapshotStore({ serialization: rawSerialization }),
  )
  const client = await connectPostgres(url)
  try {
    const records = postgresRecords({
      client,
      eventTable: tableName(schema, `${prefix}${flags.sourceTable}`),
      snapshotTable: tableName(schema, `${prefix}${flags.sourceSnapshotTable}`),
      serialization,
      snapshotSerialization,
      from,
    })
    // The URL may have a password: it is not printed.
    await migrate(call, sink, records, flags.url === undefined ? {} : { '--url': '…' })
  } finally {
    await client.end()
  }
}

/** `dynact migrate`: histories of other stores into ours. */
export const addMigrate: AddCommand = (parent, handle) => {
  const migrations = parent
    .command('migrate')
    .description('copy the histories of another store into the tables; it is only read')
    .addHelpText(
      'after',
      remark(`Stop the actors first. What is there already and is the same counts as done, so it can be run again, and goes on where it
stopped; where another event is, it stops. Nothing is ever overwritten.`),
    )
    .addHelpText('after', examples('migrate jvm --source-table akka-journal', 'migrate castore --source-table events'))
  const command = (name: string, description: string): Command =>
    migrations
      .command(name)
      .description(description)
      .option('--queries', 'put events into the feed index')
      .option('--from <cursor>', 'go on where an interrupted run said')

  command('jvm', "from a table of the Akka or Pekko plugin's into another table")
    .requiredOption('--source-table <name>', "the plugin's journal table")
    .option('--source-snapshot-table <name>', "the plugin's snapshot table (default: snapshots stay behind)")
    .option('--source-journal-name <name>', "the plugin's journal-name (default: that of the target)")
    .addHelpText(
      'after',
      remark(`A table of the plugin's can also be used as it is, which needs no migration. Events have no times there: those that go into the
feed get them by dynact backfill-feed.`),
    )
    .addHelpText('after', examples('migrate jvm --source-table akka-journal --source-snapshot-table akka-snapshots'))
    .action(handle(migrateJvm))

  command('postgres', 'from the tables of nact-persistence-postgres')
    .option('--url <url>', 'of the database (default: DATABASE_URL)')
    .option('--schema <name>', 'of the tables')
    .option('--prefix <text>', 'tablePrefix of the persistence engine', '')
    .option('--source-table <name>', 'its events', 'event_journal')
    .option('--source-snapshot-table <name>', 'its snapshots; the newest of each id is taken', 'snapshot_store')
    .addHelpText('after', remark('Needs the package pg: npm install --save-dev pg. The session is read-only.'))
    .addHelpText(
      'after',
      examples('migrate postgres --url postgres://localhost/orders', 'migrate postgres --prefix app_'),
    )
    .action(handle(migratePostgres))

  command('castore', "from a table of castore's DynamoDB event storage adapter")
    .requiredOption('--source-table <name>', "castore's table")
    .option('--keep-ids', 'ids stay <store>#<id> (default: <store>|<id>, as queries by slices want it)')
    .addHelpText(
      'after',
      remark(
        'An event becomes what castore gives to its reducers: aggregateId, version, type, timestamp, payload, metadata.',
      ),
    )
    .addHelpText('after', examples('migrate castore --source-table events --queries'))
    .action(handle(migrateCastore))
}
