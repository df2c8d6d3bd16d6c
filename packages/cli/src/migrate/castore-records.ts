/**
 * Events of castore's DynamoDB tables: hash key `aggregateId` (`<eventStoreId>#<id>` in a table of several stores), range key `version`
 * (a string or a number), and `type`, `timestamp` (ISO 8601), `payload`, `metadata`.
 */
import type { Item, RequestOptions, Requests } from '@dynact/dynamodb'
import type { Serialization } from '@dynact/persistence'
import { CliError, UsageError } from '../cli-error.js'
import { scanPages } from '../inspect/scan-pages.js'
import type { SourceRecord } from '../transfer/transfer-record.js'
import { ForeignHistory } from './foreign-history.js'
import { plainValue } from './plain-value.js'

const KEY = ['aggregateId', 'version'] as const
const WRITER = 'castore'

/** Where {@link castoreRecords} reads, and how. */
export interface CastoreSource {
  readonly requests: Requests
  readonly table: string
  /** Makes the persistence id of a stored aggregate id. */
  readonly persistenceIdOf: (aggregateId: string) => string
  readonly serialization: Serialization
  readonly signal: AbortSignal
  /** The cursor of an earlier run. */
  readonly from: string | undefined
}

/** Aggregates one after the other; in memory is one of them. */
export async function* castoreRecords(source: CastoreSource): AsyncGenerator<SourceRecord, void> {
  const { requests, table, signal, from } = source
  const options: RequestOptions = { signal, priority: 'feed', purpose: `table ${table}: reading events of castore` }
  let open: Item[] = []
  let done: Item | undefined
  for await (const { items } of scanPages(requests, { TableName: table }, options, readCursor(from))) {
    for (const item of items) {
      if (open[0] !== undefined && open[0]['aggregateId']?.S !== item['aggregateId']?.S) {
        yield* recordsOf(source, open)
        done = open.at(-1)
        open = []
      }
      open.push(item)
    }
    if (done !== undefined) yield { type: 'page', cursor: cursorOf(done) }
  }
  if (open.length > 0) yield* recordsOf(source, open)
  yield { type: 'page', cursor: undefined }
}

const cursorOf = (item: Item): string => {
  const key = Object.fromEntries(KEY.map((name) => [name, item[name]]))
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

const readCursor = (text: string | undefined): Item | undefined => {
  if (text === undefined) return undefined
  try {
    const key = JSON.parse(Buffer.from(text, 'base64url').toString()) as Item
    if (KEY.every((name) => key[name] !== undefined)) return key
  } catch (cause) {
    throw new UsageError(`--from is no cursor of an earlier run: ${text}`, { cause })
  }
  throw new UsageError(`--from is no cursor of an earlier run: ${text}`)
}

interface CastoreEvent {
  readonly version: number
  readonly time: number
  readonly detail: unknown
}

async function* recordsOf(source: CastoreSource, items: readonly Item[]): AsyncGenerator<SourceRecord, void> {
  const aggregateId = items[0]?.['aggregateId']?.S ?? ''
  const persistenceId = source.persistenceIdOf(aggregateId)
  // Versions that are strings are sorted as such.
  const events = items.map((item) => readEvent(source.table, aggregateId, item)).sort((a, b) => a.version - b.version)
  const history = new ForeignHistory(persistenceId, WRITER, source.serialization)
  yield history.begin()
  for (const { version, time, detail } of events)
    yield await history.event({ sequenceNr: version, payload: detail, timestamp: time, tags: [], deleted: false })
  yield history.end()
}

const readEvent = (table: string, aggregateId: string, item: Item): CastoreEvent => {
  const version = Number(item['version']?.N ?? item['version']?.S)
  const timestamp = item['timestamp']?.S ?? ''
  const time = Date.parse(timestamp)
  const type = item['type']?.S
  if (aggregateId === '' || !Number.isSafeInteger(version) || version < 1 || type === undefined || Number.isNaN(time))
    throw new CliError(
      `Table ${table} has an item that is no event of castore: aggregateId ${JSON.stringify(aggregateId)}, version ${JSON.stringify(item['version'])}. Name the right table by --source-table.`,
    )
  const { payload, metadata } = item
  const detail = {
    // As castore gives it to its reducers: without the store's name.
    aggregateId: aggregateId.slice(aggregateId.indexOf('#') + 1),
    version,
    type,
    timestamp,
    ...(payload !== undefined && { payload: plainValue(payload) }),
    ...(metadata !== undefined && { metadata: plainValue(metadata) }),
  }
  return { version, time, detail }
}
