import {
  Attributes,
  feedKey,
  feedShardOf,
  type Item,
  isConflict,
  PackedAttributes,
  partitionKey,
  queryPages,
  type RequestOptions,
  type Requests,
  sliceOf,
} from '@dynact/dynamodb'
import type { ResolvedBackfillConfig } from './config.js'
import { hasTime, needsTimeBefore, type TimedItem, timedItems, timeOfLast } from './timed-items.js'

/** What a back-fill works with. */
export interface BackfillContext {
  readonly config: ResolvedBackfillConfig
  readonly requests: Requests
}

/** Some events of an id, under one hash key. */
interface Hundred {
  readonly partitionNr: number
  readonly items: readonly Item[]
}

/** A packed batch reaches over at most so many hundreds, which are empty. */
const MAX_EMPTY_HUNDREDS = 101

/**
 * Puts the events of a hundred into the feed. Where they need the time of the event before and that has none either, the hundreds
 * before come first.
 *
 * @returns how many items were changed.
 * @throws {@link RequestFailedError} the table can't be read or written.
 */
export const fillHundred = async (
  context: BackfillContext,
  persistenceId: string,
  partitionNr: number,
): Promise<number> => {
  const options: RequestOptions = {
    signal: context.config.signal,
    priority: 'feed',
    purpose: `${persistenceId}: putting events into the feed`,
    persistenceId,
  }
  const { todo, before } = await hundredsToFill(context, persistenceId, partitionNr, options)
  let last = before
  let updated = 0
  for (const { partitionNr: nr, items } of todo) {
    const timed = timedItems(items, nr, last)
    last = timeOfLast(timed, last)
    const missing = timed.filter(({ item }) => item[Attributes.FEED] === undefined)
    const changed = await Promise.all(missing.map((one) => putIntoFeed(context, persistenceId, one, options)))
    updated += changed.filter(Boolean).length
  }
  return updated
}

/** The hundred, and those before it that its times depend on, in order; and the time before them, in microseconds. */
const hundredsToFill = async (
  context: BackfillContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<{ readonly todo: readonly Hundred[]; readonly before: number | undefined }> => {
  const read = async (nr: number): Promise<Hundred> => ({
    partitionNr: nr,
    items: await readHundred(context, persistenceId, nr, options),
  })
  const todo: Hundred[] = [await read(partitionNr)]
  let empty = 0
  for (let nr = partitionNr - 1; nr >= 0 && needsTimeBefore(todo[0]?.items ?? []); nr--) {
    const hundred = await read(nr)
    if (hundred.items.length === 0) {
      if (++empty > MAX_EMPTY_HUNDREDS) break
      continue
    }
    empty = 0
    if (hundred.items.every((item) => item[Attributes.FEED] !== undefined) && hasTime(hundred.items))
      return { todo, before: timeOfLast(timedItems(hundred.items, nr, undefined), undefined) }
    todo.unshift(hundred)
  }
  return { todo, before: undefined }
}

/** The events of a hundred, without stepping stones, and only what tells their place in the feed. */
const readHundred = async (
  { config, requests }: BackfillContext,
  persistenceId: string,
  partitionNr: number,
  options: RequestOptions,
): Promise<Item[]> => {
  const {
    PAR,
    NUM,
    TIMESTAMP,
    FEED,
    PACKED_SIZE,
    PACKED_EVENTS,
    EVENT,
    INDEX,
    LAST_INDEX,
    EVENT_SERIALIZER_ID,
    EXPIRY,
  } = Attributes
  const pages = queryPages(
    requests,
    {
      TableName: config.table,
      KeyConditionExpression: '#par = :par',
      FilterExpression:
        'attribute_not_exists(#expiry) AND NOT (#idx = :zero AND #cnt IN (:one, :two) AND #serializer = :bytes AND size(#event) = :zero)',
      ProjectionExpression: '#par, #num, #ts, #feed, #n, #evs',
      ExpressionAttributeNames: {
        '#par': PAR,
        '#num': NUM,
        '#ts': TIMESTAMP,
        '#feed': FEED,
        '#n': PACKED_SIZE,
        '#evs': PACKED_EVENTS,
        '#event': EVENT,
        '#idx': INDEX,
        '#cnt': LAST_INDEX,
        '#serializer': EVENT_SERIALIZER_ID,
        '#expiry': EXPIRY,
      },
      ExpressionAttributeValues: {
        ':par': { S: partitionKey({ ...config, sequenceShards: 1 }, persistenceId, partitionNr) },
        ':zero': { N: '0' },
        ':one': { N: '1' },
        ':two': { N: '2' },
        ':bytes': { N: '4' },
      },
      ConsistentRead: true,
    },
    options,
  )
  const items: Item[] = []
  for await (const page of pages) items.push(...page)
  return items
}

/** False if it is in the feed already, or was deleted meanwhile: an update without condition would bring a phantom of it back. */
const putIntoFeed = async (
  { config, requests }: BackfillContext,
  persistenceId: string,
  { item, sequenceNr, micros }: TimedItem,
  options: RequestOptions,
): Promise<boolean> => {
  const { PAR, NUM, FEED, SLICE, TIMESTAMP, TAGS, EXPIRY } = Attributes
  const slice = sliceOf(persistenceId)
  const tags = packedTags(item)
  try {
    await requests.send(
      'UpdateItem',
      {
        TableName: config.table,
        Key: { [PAR]: item[PAR] ?? { S: '' }, [NUM]: item[NUM] ?? { N: '0' } },
        UpdateExpression: `SET #feed = :feed, #slice = :slice, #ts = if_not_exists(#ts, :ts)${tags.length > 0 ? ', #tags = :tags' : ''}`,
        ConditionExpression: 'attribute_exists(#par) AND attribute_not_exists(#feed) AND attribute_not_exists(#expiry)',
        ExpressionAttributeNames: {
          '#par': PAR,
          '#expiry': EXPIRY,
          '#feed': FEED,
          '#slice': SLICE,
          '#ts': TIMESTAMP,
          ...(tags.length > 0 && { '#tags': TAGS }),
        },
        ExpressionAttributeValues: {
          ':feed': { S: feedKey(config.journalName, feedShardOf(slice, config.queries.shards)) },
          ':slice': { N: String(slice) },
          ':ts': { N: String(micros) },
          ...(tags.length > 0 && { ':tags': { SS: tags } }),
        },
      },
      { ...options, purpose: `${persistenceId}: putting event ${sequenceNr} into the feed`, sequenceNr },
    )
    return true
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}

/** The tags of all events of a packed batch, which the index shows for it. */
const packedTags = (item: Item): string[] => {
  const events = item[Attributes.PACKED_EVENTS]?.L ?? []
  return [...new Set(events.flatMap(({ M }) => M?.[PackedAttributes.TAGS]?.SS ?? []))]
}
