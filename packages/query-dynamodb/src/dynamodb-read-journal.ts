import { checkKeyLength, clientFrom, connect, entityTypeOf, inProcessPokes, SLICES, sliceOf } from '@dynact/dynamodb'
import { dynamoDBJournal } from '@dynact/journal-dynamodb'
import {
  type AbortOptions,
  checkPersistenceId,
  checkSlices,
  type EventEnvelope,
  NoOffset,
  type PersistenceIdsOptions,
  parseConfig,
  type QueryStream,
  QueryStreams,
  type ReadJournal,
  startOf,
  type TimestampOffset,
} from '@dynact/persistence'
import { asRecoveryError } from './as-recovery-error.js'
import { type ReadJournalConfig, type ResolvedReadJournalConfig, readJournalConfigSchema } from './config.js'
import { currentEventsOfId, type EventsOfId, liveEventsOfId } from './events-by-persistence-id.js'
import { FeedCheck } from './feed/feed-check.js'
import { currentFeedEvents, type FeedQuery, liveFeedEvents } from './feed/feed-events.js'
import { currentIdPages, currentIds, liveIds } from './ids/persistence-ids.js'
import type { QueryContext } from './query-context.js'

/** A read journal on DynamoDB. */
export interface DynamoDBReadJournal extends ReadJournal {
  /** The options with every default filled in. */
  readonly config: ResolvedReadJournalConfig
}

type FeedOffset = NoOffset | TimestampOffset

class Implementation implements DynamoDBReadJournal {
  readonly config: ResolvedReadJournalConfig
  readonly #context: QueryContext
  readonly #streams = new QueryStreams()
  readonly #feed: FeedCheck
  readonly #destroyClient: () => void
  #closing: Promise<void> | undefined

  constructor(config: ResolvedReadJournalConfig) {
    this.config = config
    const client = clientFrom(config)
    const {
      clientConfig: _,
      queries: __,
      refreshInterval,
      backtrackingWindow,
      maxIds,
      pageSize,
      onUnreadable,
      ...shared
    } = config
    this.#destroyClient = () => config.client === undefined && client.destroy()
    this.#context = {
      config,
      requests: connect({ ...config, client }),
      journal: dynamoDBJournal({ ...shared, client }),
      pokes: config.pokes ?? inProcessPokes(config.table, config.journalName),
    }
    this.#feed = new FeedCheck(this.#context)
  }

  currentPersistenceIds({ signal, ...search }: PersistenceIdsOptions = {}): QueryStream<string> {
    return this.#streams.open((stop) => currentIds(this.#context, search, stop), signal)
  }

  currentPersistenceIdPages({ signal, ...search }: PersistenceIdsOptions = {}) {
    return this.#streams.open((stop) => currentIdPages(this.#context, search, stop), signal)
  }

  persistenceIds({ signal, ...search }: PersistenceIdsOptions = {}): QueryStream<string> {
    return this.#streams.open((stop) => liveIds(this.#context, search, stop), signal)
  }

  currentEventsByPersistenceId<E>(persistenceId: string, from?: number, to?: number, { signal }: AbortOptions = {}) {
    const events = this.#eventsOf(persistenceId, from, to)
    const context = this.#context
    return this.#streams.open(async function* (stop) {
      yield* currentEventsOfId<E>(context, events, stop)
    }, signal)
  }

  eventsByPersistenceId<E>(persistenceId: string, from?: number, to?: number, { signal }: AbortOptions = {}) {
    const events = this.#eventsOf(persistenceId, from, to)
    return this.#streams.open((stop) => liveEventsOfId<E>(this.#context, events, stop), signal)
  }

  currentEventsByTag<E>(tag: string, offset: FeedOffset = NoOffset, { signal }: AbortOptions = {}) {
    return this.#openFeed<E>(currentFeedEvents, byTag(tag, offset), signal)
  }

  eventsByTag<E>(tag: string, offset: FeedOffset = NoOffset, { signal }: AbortOptions = {}) {
    return this.#openFeed<E>(liveFeedEvents, byTag(tag, offset), signal)
  }

  currentEventsBySlices<E>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset: FeedOffset = NoOffset,
    { signal }: AbortOptions = {},
  ) {
    return this.#openFeed<E>(currentFeedEvents, bySlices(entityType, minSlice, maxSlice, offset), signal)
  }

  eventsBySlices<E>(
    entityType: string | undefined,
    minSlice: number,
    maxSlice: number,
    offset: FeedOffset = NoOffset,
    { signal }: AbortOptions = {},
  ) {
    return this.#openFeed<E>(liveFeedEvents, bySlices(entityType, minSlice, maxSlice, offset), signal)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#streams.close()
    await this.#context.journal.close()
    await this.#context.requests.close()
    this.#destroyClient()
  }

  #eventsOf(persistenceId: string, from = 1, to = Number.MAX_SAFE_INTEGER): EventsOfId {
    checkPersistenceId(persistenceId)
    checkKeyLength(this.config, persistenceId)
    return { persistenceId, from: Math.max(1, from), to }
  }

  #openFeed<E>(
    read: typeof currentFeedEvents<E>,
    query: FeedQuery,
    signal: AbortSignal | undefined,
  ): QueryStream<EventEnvelope<E, TimestampOffset>> {
    const [context, feed] = [this.#context, this.#feed]
    return this.#streams.open(async function* (stop) {
      await feed.check(stop)
      try {
        yield* read(context, query, stop)
      } catch (error) {
        throw asRecoveryError(context.config.table, 'The feed', error)
      }
    }, signal)
  }
}

const bySlices = (entityType: string | undefined, min: number, max: number, offset: FeedOffset): FeedQuery => {
  checkSlices(min, max)
  return {
    slices: { min, max },
    includes: (persistenceId) => {
      const slice = sliceOf(persistenceId)
      const isOfType = entityType === undefined || entityTypeOf(persistenceId) === entityType
      return isOfType && slice >= min && slice <= max
    },
    matches: () => true,
    start: startOf(offset),
  }
}

const byTag = (tag: string, offset: FeedOffset): FeedQuery => ({
  slices: { min: 0, max: SLICES - 1 },
  includes: () => true,
  matches: (tags) => tags.includes(tag),
  start: startOf(offset),
})

/**
 * Queries across the actors of a journal on DynamoDB. Those of one id need nothing but the journal's table; those by tag and by
 * slices need the feed index, which a journal with `queries` on writes (docs/queries.md).
 *
 * @example
 * ```ts
 * const journal = dynamoDBJournal({ client, queries: {} })
 * const readJournal = dynamoDBReadJournal({ client, queries: {} })
 * for await (const { event, offset } of readJournal.eventsByTag('shipped')) await handle(event, offset)
 * ```
 * @throws ConfigError options that are not usable; the message names every mistake.
 */
export const dynamoDBReadJournal = (config: ReadJournalConfig): DynamoDBReadJournal =>
  new Implementation(parseConfig(readJournalConfigSchema, config, 'dynamoDBReadJournal'))
