/**
 * Events and newest snapshots of nact-persistence-postgres: tables with `persistence_key`, `sequence_nr`, `created_at` (epoch
 * milliseconds), `data` (JSON), `is_deleted`, and `tags` of events.
 */
import type { Serialization } from '@dynact/persistence'
import { CliError } from '../cli-error.js'
import { type SnapshotRecord, type SourceRecord, snapshotRecord } from '../transfer/transfer-record.js'
import { ForeignHistory } from './foreign-history.js'
import type { PostgresClient } from './postgres-source.js'

const PAGE = 1_000
const WRITER = 'nact-persistence-postgres'

/** Where {@link postgresRecords} reads, and how. */
export interface PostgresSource {
  readonly client: PostgresClient
  /** Quoted. */
  readonly eventTable: string
  readonly snapshotTable: string
  readonly serialization: Serialization
  readonly snapshotSerialization: Serialization
  /** The cursor of an earlier run: the last id that is done. */
  readonly from: string | undefined
}

/** Ids one after the other, in the database's order; in memory is a page of events. */
export async function* postgresRecords(source: PostgresSource): AsyncGenerator<SourceRecord, void> {
  let after = source.from ?? ''
  for (;;) {
    const key = await nextKey(source, after)
    if (key === undefined) break
    yield* idRecords(source, key)
    after = key
    yield { type: 'page', cursor: key }
  }
  yield { type: 'page', cursor: undefined }
}

/** Ids with events, or with snapshots only. */
const nextKey = async (
  { client, eventTable, snapshotTable }: PostgresSource,
  after: string,
): Promise<string | undefined> => {
  const nextOf = (table: string, condition: string) =>
    `(SELECT persistence_key FROM ${table} WHERE persistence_key > $1 ${condition} ORDER BY persistence_key LIMIT 1)`
  const { rows } = await client.query(
    `SELECT persistence_key FROM (${nextOf(eventTable, '')} UNION ${nextOf(snapshotTable, 'AND NOT is_deleted')}) AS next ORDER BY persistence_key LIMIT 1`,
    [after],
  )
  const key = rows[0]?.['persistence_key']
  return typeof key === 'string' ? key : undefined
}

async function* idRecords(source: PostgresSource, key: string): AsyncGenerator<SourceRecord, void> {
  const snapshot = await newestSnapshot(source, key)
  const history = new ForeignHistory(key, WRITER, source.serialization)
  let after = -1
  for (let isFirst = true; ; isFirst = false) {
    const rows = await eventsAfter(source, key, after)
    if (isFirst)
      yield history.begin(deletedTo(snapshot?.sequenceNr ?? 0, rows[0] && wholeNumber(key, rows[0], 'sequence_nr')))
    for (const row of rows) {
      const { data, tags, is_deleted } = row
      after = wholeNumber(key, row, 'sequence_nr')
      yield await history.event({
        sequenceNr: after,
        payload: data,
        timestamp: wholeNumber(key, row, 'created_at'),
        tags: Array.isArray(tags) ? tags.map(String) : [],
        deleted: is_deleted === true,
      })
    }
    if (rows.length < PAGE) break
  }
  if (snapshot !== undefined) yield snapshot
  yield history.end()
}

/** A snapshot stands for the events up to it that are not there. */
const deletedTo = (covered: number, firstSequenceNr = Number.POSITIVE_INFINITY): number =>
  firstSequenceNr - 1 <= covered ? firstSequenceNr - 1 : firstSequenceNr === Number.POSITIVE_INFINITY ? covered : 0

const eventsAfter = async ({ client, eventTable }: PostgresSource, key: string, after: number) => {
  const { rows } = await client.query(
    `SELECT sequence_nr, created_at, data, is_deleted, tags FROM ${eventTable} WHERE persistence_key = $1 AND sequence_nr > $2 ORDER BY sequence_nr LIMIT ${PAGE}`,
    [key, after],
  )
  return rows
}

/** The one that nact would recover from; it never reads another. */
const newestSnapshot = async (
  { client, snapshotTable, snapshotSerialization }: PostgresSource,
  persistenceId: string,
): Promise<SnapshotRecord | undefined> => {
  const { rows } = await client.query(
    `SELECT sequence_nr, created_at, data FROM ${snapshotTable} WHERE persistence_key = $1 AND NOT is_deleted ORDER BY sequence_nr DESC, ordering DESC LIMIT 1`,
    [persistenceId],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const sequenceNr = wholeNumber(persistenceId, row, 'sequence_nr')
  const metadata = { persistenceId, sequenceNr, timestamp: wholeNumber(persistenceId, row, 'created_at') }
  const payload = await snapshotSerialization.serialize(row['data'], { persistenceId, sequenceNr, kind: 'snapshot' })
  return snapshotRecord(metadata, payload)
}

/** A BIGINT, which comes as text. */
const wholeNumber = (key: string, row: Record<string, unknown>, column: string): number => {
  const value = Number(row[column])
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new CliError(
    `${key}: a row has the ${column} ${String(row[column])}, which is no whole number. Correct it there.`,
  )
}
