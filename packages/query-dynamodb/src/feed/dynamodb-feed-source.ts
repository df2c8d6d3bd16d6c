import {
  Attributes,
  decodeEvent,
  eventKey,
  FEED_INDEX,
  type FeedEntry,
  feedKey,
  feedShardOf,
  getItems,
  type Item,
  partitionOf,
  type RequestOptions,
  readable,
  readableLater,
  readFeedEntry,
  readJournalItem,
  sliceOf,
} from '@dynact/dynamodb'
import { ConfigError, type PersistentRepr } from '@dynact/persistence'
import type { QueryContext } from '../query-context.js'
import type { EventId, FeedPage, FeedSource } from './feed-source.js'
import { isInFeedBefore, searchBefore } from './search-before.js'
import { SkippedItems } from './skipped-items.js'

const MICROS_PER_MILLI = 1000

/** The feed of a journal on DynamoDB. */
export class DynamoDBFeedSource implements FeedSource {
  readonly #context: QueryContext
  readonly #signal: AbortSignal
  readonly #skipped: SkippedItems

  constructor(context: QueryContext, signal: AbortSignal) {
    this.#context = context
    this.#signal = signal
    this.#skipped = new SkippedItems(context.config)
  }

  async page(shard: number, from: number, cursor: unknown): Promise<FeedPage> {
    const { config, requests } = this.#context
    const { Items = [], LastEvaluatedKey: next } = await requests.send(
      'Query',
      {
        TableName: config.table,
        IndexName: FEED_INDEX,
        KeyConditionExpression: '#feed = :feed AND #ts >= :from',
        ExpressionAttributeNames: { '#feed': Attributes.FEED, '#ts': Attributes.TIMESTAMP },
        ExpressionAttributeValues: {
          ':feed': { S: feedKey(config.journalName, shard) },
          ':from': { N: String(Math.round(from * MICROS_PER_MILLI)) },
        },
        Limit: config.pageSize,
        ...(cursor !== undefined && { ExclusiveStartKey: cursor as Item }),
      },
      this.#options(`reading shard ${shard} of the feed`),
    )
    const { goesOnWithout } = this.#skipped
    const entries = Items.flatMap(
      (item) => readable(() => readFeedEntry(item, config.journalName, config.table), goesOnWithout) ?? [],
    )
    for (const { persistenceId } of entries) this.#checkShard(shard, persistenceId)
    return { entries, next }
  }

  async events(entries: readonly FeedEntry[]): Promise<(PersistentRepr | undefined)[]> {
    const { config, requests } = this.#context
    const missing = entries.filter(({ item }) => item === undefined)
    const keys = missing.map(({ persistenceId, sequenceNr }) => eventKey(config, persistenceId, sequenceNr))
    const found = await getItems(requests, config.table, keys, this.#options(`reading ${keys.length} events`))
    const byKey = new Map(found.map((item) => [nameOf(item), item]))
    return Promise.all(
      entries.map(({ persistenceId, sequenceNr, item }) => {
        const stored = item ?? byKey.get(nameOf(eventKey(config, persistenceId, sequenceNr)))
        if (stored === undefined) return undefined
        return readableLater(() => {
          const [event, another] = readJournalItem(stored, config.table, persistenceId, partitionOf(sequenceNr))
          // Of a batch only the journal knows whether all of it is there.
          if (event === undefined || event.lastIndex > 0 || another !== undefined) return undefined
          return decodeEvent(config, persistenceId, event)
        }, this.#skipped.goesOnWithout)
      }),
    )
  }

  replay(persistenceId: string, from: number, to: number): AsyncIterable<PersistentRepr> {
    const { goesOnWithout } = this.#skipped
    const range = { fromSequenceNr: from, toSequenceNr: to }
    return this.#context.journal.replayEvents(persistenceId, range, {
      signal: this.#signal,
      priority: 'feed',
      goesOnWithout,
      startsAnywhere: true,
    })
  }

  async lastBefore(events: readonly EventId[], timestamp: number): Promise<number[]> {
    const { config, requests } = this.#context
    const keys = events.map(({ persistenceId, sequenceNr }) => eventKey(config, persistenceId, sequenceNr - 1))
    const options = this.#options(`looking for ${keys.length} earlier events`)
    const wanted = [Attributes.PAR, Attributes.NUM, Attributes.TIMESTAMP, Attributes.FEED]
    const found = await getItems(requests, config.table, keys, options, wanted)
    const earlier = new Set(found.filter((item) => isInFeedBefore(item, timestamp)).map(nameOf))
    return Promise.all(
      events.map((event, index) =>
        earlier.has(nameOf(keys[index] as Item))
          ? event.sequenceNr - 1
          : searchBefore(this.#context, event, timestamp, options, this.#skipped.goesOnWithout),
      ),
    )
  }

  /** Read with another number of shards than it was written with, the feed would lack events without a word. */
  #checkShard(shard: number, persistenceId: string): void {
    const { table, queries } = this.#context.config
    if (feedShardOf(sliceOf(persistenceId), queries.shards) === shard) return
    throw new ConfigError(
      `${persistenceId}: its events lie on shard ${shard} of the feed in table ${table}, where ${queries.shards} shards would put them elsewhere. Give the read journal the queries.shards that the journal has.`,
      { persistenceId },
    )
  }

  #options(what: string): RequestOptions {
    return { signal: this.#signal, priority: 'feed', purpose: `table ${this.#context.config.table}: ${what}` }
  }
}

const nameOf = (item: Item): string => `${item[Attributes.PAR]?.S} ${item[Attributes.NUM]?.N}`
