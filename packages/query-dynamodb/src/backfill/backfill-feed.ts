import { Attributes, connect, type Item, parsePartitionKey, type RequestOptions } from '@dynact/dynamodb'
import { ConfigError, parseConfig } from '@dynact/persistence'
import { BackfillError, type BackfillProgress } from './backfill-error.js'
import { type BackfillConfig, backfillConfigSchema, type ResolvedBackfillConfig } from './config.js'
import { type BackfillContext, fillHundred } from './fill-hundred.js'

/**
 * Puts events that a JVM service or an older version wrote into the feed index, which queries by tag and by slices read. An event
 * without a time gets a substitute: a microsecond more than the event before, or its sequence number in microseconds (a time in 1970)
 * where none before has a time. An id's order is kept.
 *
 * Reads the whole table, strongly consistent (1 read unit per begun 4 KiB), and once more what is not in the feed; every event costs a
 * write unit per begun KiB of its item, and those of the index. It can run beside writers, and again; one that is interrupted resumes.
 * A running query does not go back in time for what is filled in: run it before them, or rebuild the projections.
 *
 * @returns what was done.
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 * @throws {@link BackfillError} the table could not be read or written; it says where to go on.
 * @throws the signal's reason.
 */
export const backfillFeed = async (config: BackfillConfig): Promise<BackfillProgress> => {
  const resolved = parseConfig(backfillConfigSchema, config, 'backfillFeed')
  const startKey = resolved.from === undefined ? undefined : readCursor(resolved.from)
  const context = { config: resolved, requests: connect(resolved) }
  try {
    return await fillTable(context, startKey)
  } finally {
    await context.requests.close()
  }
}

const fillTable = async (context: BackfillContext, from: Item | undefined): Promise<BackfillProgress> => {
  const { config } = context
  let progress: BackfillProgress = { scanned: 0, updated: 0, cursor: config.from }
  let startKey = from
  try {
    do {
      config.signal?.throwIfAborted()
      const page = await scanPage(context, startKey)
      const updated = await fillAll(context, hundredsOf(config, page.items))
      startKey = page.next
      progress = {
        scanned: progress.scanned + page.scanned,
        updated: progress.updated + updated,
        cursor: startKey && JSON.stringify(startKey),
      }
      config.onProgress?.(progress)
    } while (startKey !== undefined)
    return progress
  } catch (cause) {
    config.signal?.throwIfAborted()
    throw new BackfillError(config.table, progress, cause)
  }
}

/** Keys of the events that are not in the feed. */
const scanPage = async ({ config, requests }: BackfillContext, startKey: Item | undefined) => {
  const options: RequestOptions = {
    signal: config.signal,
    priority: 'feed',
    purpose: `table ${config.table}: looking for events that are not in the feed`,
  }
  const { Items, LastEvaluatedKey, ScannedCount } = await requests.send(
    'Scan',
    {
      TableName: config.table,
      ConsistentRead: true,
      FilterExpression: 'begins_with(#par, :events) AND attribute_not_exists(#feed)',
      ProjectionExpression: '#par',
      ExpressionAttributeNames: { '#par': Attributes.PAR, '#feed': Attributes.FEED },
      ExpressionAttributeValues: { ':events': { S: `${config.journalName}-P-` } },
      ...(startKey !== undefined && { ExclusiveStartKey: startKey }),
    },
    options,
  )
  return { items: Items ?? [], next: LastEvaluatedKey, scanned: ScannedCount ?? 0 }
}

interface HundredKey {
  readonly persistenceId: string
  readonly partitionNr: number
}

/** The hundreds that the items of a page lie in, each once. */
const hundredsOf = ({ journalName }: ResolvedBackfillConfig, items: readonly Item[]): HundredKey[] => {
  const hashKeys = new Set(items.map((item) => item[Attributes.PAR]?.S ?? ''))
  return [...hashKeys].flatMap((par) => parsePartitionKey(journalName, par) ?? [])
}

const fillAll = async (context: BackfillContext, hundreds: HundredKey[]): Promise<number> => {
  let updated = 0
  const fillSome = async (): Promise<void> => {
    for (let next = hundreds.shift(); next !== undefined; next = hundreds.shift()) {
      context.config.signal?.throwIfAborted()
      try {
        const changed = await fillHundred(context, next.persistenceId, next.partitionNr)
        updated += changed // Not in one: `updated` would be read before the others have added theirs.
      } catch (error) {
        hundreds.length = 0
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: context.config.parallelism }, fillSome))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
  return updated
}

const readCursor = (cursor: string): Item => {
  try {
    const key = JSON.parse(cursor) as Item
    if (key[Attributes.PAR]?.S !== undefined && key[Attributes.NUM]?.N !== undefined) return key
  } catch (cause) {
    throw new ConfigError(`backfillFeed: from is no cursor of an earlier run: ${cursor}`, { cause })
  }
  throw new ConfigError(`backfillFeed: from is no cursor of an earlier run: ${cursor}`)
}
