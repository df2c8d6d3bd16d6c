import {
  Attributes,
  onAbort,
  PARTITION_SIZE,
  partitionKey,
  partitionOf,
  queryPages,
  type RequestOptions,
  readable,
  readJournalItem,
  type StoredEvent,
} from '@dynact/dynamodb'
import type { JournalContext } from '../journal-context.js'
import { ReadAhead } from './read-ahead.js'

/** A hundred whose first page is on its way. */
interface OpenPartition {
  readonly partitionNr: number
  readonly firstPage: Promise<IteratorResult<StoredEvent[], void>>
  readonly pages: AsyncGenerator<StoredEvent[], void>
}

async function* readPartition(
  { config, requests, goesOnWithout }: JournalContext,
  persistenceId: string,
  partitionNr: number,
  fromNum: number,
  options: RequestOptions,
): AsyncGenerator<StoredEvent[], void> {
  const pages = queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: fromNum === 0 ? '#par = :par' : '#par = :par AND #num >= :num',
      ExpressionAttributeNames: { '#par': Attributes.PAR, ...(fromNum > 0 && { '#num': Attributes.NUM }) },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey(config, persistenceId, partitionNr) },
        ...(fromNum > 0 && { ':num': { N: String(fromNum) } }),
      },
      ConsistentRead: true,
    },
    options,
  )
  for await (const items of pages)
    yield items.flatMap(
      (item) => readable(() => readJournalItem(item, config.table, persistenceId, partitionNr), goesOnWithout) ?? [],
    )
}

/** What one request gave of a hundred. */
export interface StoredPage {
  readonly events: readonly StoredEvent[]
  /** An earlier request gave what lies before it in its hundred: what has been deleted in between is in neither. */
  readonly continues: boolean
}

/** Which hundreds to read. */
export interface PagesRange {
  /** First sequence number. */
  readonly from: number
  /** An empty hundred up to this one is not the end. */
  readonly throughPartition: number
  /** How many hundreds to ask for at once to begin with, before it is known how long the history is. */
  readonly lookAhead: number
}

/**
 * The stored events of an id from one sequence number on, page by page, to the first empty hundred, which is the end: no
 * writer of ours leaves an empty hundred behind. Where the history turns out to be long, several hundreds are read ahead, at
 * most the first page (1 MiB) of each; leaving the iteration aborts them.
 *
 * @returns the hundred that was found empty.
 */
export async function* partitionPages(
  context: JournalContext,
  persistenceId: string,
  { from, throughPartition, lookAhead }: PagesRange,
  options: RequestOptions,
): AsyncGenerator<StoredPage, number> {
  const stopped = new AbortController()
  const { signal } = options
  signal?.throwIfAborted()
  const detach = signal && onAbort(signal, () => stopped.abort(signal.reason))
  const first = partitionOf(from)
  const ahead: OpenPartition[] = []
  let nextToOpen = first
  const readAhead = new ReadAhead(context.config, lookAhead)
  let through = throughPartition
  const open = (): void => {
    const partitionNr = nextToOpen++
    const fromNum = partitionNr === first ? from % PARTITION_SIZE : 0
    const pages = readPartition(context, persistenceId, partitionNr, fromNum, {
      ...options,
      signal: stopped.signal,
    })
    const firstPage = pages.next()
    // It may fail, or be aborted, before anyone awaits it.
    firstPage.catch(() => undefined)
    ahead.push({ partitionNr, firstPage, pages })
  }
  try {
    for (;;) {
      while (ahead.length < readAhead.width) open()
      const { partitionNr, firstPage, pages } = ahead.shift() as OpenPartition
      let [count, bytes] = [0, 0]
      for (let page = await firstPage; page.done !== true; page = await pages.next()) {
        const events = page.value
        const last = events.at(-1)
        if (last === undefined && count === 0) continue
        const continues = count > 0
        count += events.length
        for (const { payload } of events) bytes += payload.bytes.byteLength
        // A packed batch may reach over the hundreds behind it, which are then empty.
        if (last !== undefined) through = Math.max(through, partitionOf(last.sequenceNr))
        yield { events, continues }
      }
      if (count === 0 && partitionNr > through) return partitionNr
      readAhead.hasRead(count, bytes)
    }
  } finally {
    detach?.()
    if (ahead.length > 0) stopped.abort(new Error('the replay has ended'))
  }
}
