/**
 * Every id of a journal, once, with nothing kept in memory: an id is told at one certain item of its own, of which a page alone
 * shows whether it is the one.
 *
 * In the index that lists ids that is its event 1 (hash `num` 1); in a scan of the table the first item of its first hundred. Of an
 * id whose first events were deleted, or never stored, it is the first of its marks (low before high, by shard): both ways come by
 * the marks, and look for each whether there is anything that goes before it.
 *
 * An index that is sorted by `par`, as ours is, is read only where the keys of this journal, and of a searched prefix, lie.
 */
import {
  Attributes,
  eventKey,
  getItems,
  type Item,
  type MarkKind,
  markKey,
  PARTITION_SIZE,
  PERSISTENCE_IDS_INDEX,
  parseMarkKey,
  parsePartitionKey,
  partitionKey,
  type RequestOptions,
} from '@dynact/dynamodb'
import type { PersistenceIdPage } from '@dynact/persistence'
import type { QueryContext } from '../query-context.js'
import { type IdPageToken, idPageToken, readIdPageToken } from './id-page-token.js'

/** A mark that is its id's first, if nothing goes before it. */
interface Candidate {
  readonly persistenceId: string
  readonly kind: MarkKind
  readonly shard: number
}

/** Which ids, and behind which page. */
export interface IdSearch {
  readonly from?: string | undefined
  /** Only ids that begin with it. */
  readonly prefix?: string | undefined
}

interface RawPage {
  readonly items: readonly Item[]
  readonly startKey: Item | undefined
}

/** The ids of a journal, page by page: by the index where the table has it, else by a scan. */
export async function* idPages(
  context: QueryContext,
  { from, prefix = '' }: IdSearch,
  signal: AbortSignal,
): AsyncGenerator<PersistenceIdPage, void> {
  const options: RequestOptions = {
    signal,
    priority: 'feed',
    purpose: `table ${context.config.table}: listing the ids`,
  }
  let token: IdPageToken | undefined =
    from === undefined ? await firstToken(context, prefix, options) : readIdPageToken(from, prefix)
  while (token !== undefined) {
    const current: IdPageToken = token
    const { items, startKey } = await (current.by === 'scan' ? scan : queryIndex)(context, current, options)
    const persistenceIds = await idsAmong(context, current, items, options)
    token = following(current, items, startKey)
    // Who searches learns how far it is.
    if (persistenceIds.length > 0 || token === undefined || prefix !== '')
      yield { persistenceIds, next: token && idPageToken(token), itemsRead: items.length }
  }
}

const AFTER_KIND = { P: 'SL', SL: 'SH', SH: undefined } as const

/** Events 1 first, then marks; a scan meets both. */
const following = (
  { startKey: _, lastPar, ...token }: IdPageToken,
  items: readonly Item[],
  startKey: Item | undefined,
): IdPageToken | undefined => {
  const last = items.at(-1)?.[Attributes.PAR]?.S ?? lastPar
  if (startKey !== undefined) return { ...token, startKey, ...(last !== undefined && { lastPar: last }) }
  if (token.kind === undefined) return token.by === 'index' && token.num === 1 ? { ...token, num: 0 } : undefined
  const kind = AFTER_KIND[token.kind]
  return kind && { ...token, num: 0, kind }
}

const firstToken = async (
  { config, requests }: QueryContext,
  prefix: string,
  options: RequestOptions,
): Promise<IdPageToken> => {
  const { Table } = await requests.send('DescribeTable', { TableName: config.table }, options)
  const index = Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === PERSISTENCE_IDS_INDEX)
  const search = prefix === '' ? {} : { prefix }
  if (index === undefined) return { by: 'scan', num: 0, ...search }
  const isSorted = index.KeySchema?.some(({ AttributeName }) => AttributeName === Attributes.PAR)
  return { by: 'index', num: 1, ...(isSorted === true && { kind: 'P' }), ...search }
}

/** DynamoDB takes 1,024 bytes of a range key to compare with. */
const MAX_PREFIX_CHARACTERS = 200

/** How the keys begin of the ids that begin with it; what is no text in UTF-8 has no key. */
const keyPrefix = (journalName: string, kind: 'P' | MarkKind, prefix: string): string =>
  `${journalName}-${kind}-${prefix.slice(0, MAX_PREFIX_CHARACTERS).replace(/\p{Cs}.*$/su, '')}`

const names = { '#par': Attributes.PAR, '#num': Attributes.NUM }

const queryIndex = async (
  { config, requests }: QueryContext,
  { num, kind, prefix = '', startKey }: IdPageToken,
  options: RequestOptions,
): Promise<RawPage> => {
  const { Items = [], LastEvaluatedKey } = await requests.send(
    'Query',
    {
      TableName: config.table,
      IndexName: PERSISTENCE_IDS_INDEX,
      KeyConditionExpression: kind === undefined ? '#num = :num' : '#num = :num AND begins_with(#par, :begin)',
      ProjectionExpression: '#par, #num',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: {
        ':num': { N: String(num) },
        ...(kind !== undefined && { ':begin': { S: keyPrefix(config.journalName, kind, prefix) } }),
      },
      Limit: config.pageSize,
      ...(startKey && { ExclusiveStartKey: startKey }),
    },
    options,
  )
  return { items: Items, startKey: LastEvaluatedKey }
}

const scan = async (
  { config, requests }: QueryContext,
  { startKey }: IdPageToken,
  options: RequestOptions,
): Promise<RawPage> => {
  const { Items = [], LastEvaluatedKey } = await requests.send(
    'Scan',
    {
      TableName: config.table,
      ProjectionExpression: '#par, #num',
      ExpressionAttributeNames: names,
      ConsistentRead: true,
      Limit: config.pageSize,
      ...(startKey && { ExclusiveStartKey: startKey }),
    },
    options,
  )
  return { items: Items, startKey: LastEvaluatedKey }
}

const idsAmong = async (
  context: QueryContext,
  { by, lastPar, prefix = '' }: IdPageToken,
  items: readonly Item[],
  options: RequestOptions,
): Promise<string[]> => {
  const { journalName } = context.config
  const ids: string[] = []
  const candidates: Candidate[] = []
  let before = lastPar
  for (const item of items) {
    const par = item[Attributes.PAR]?.S ?? ''
    const first = parsePartitionKey(journalName, par)
    // A scan gives the items of one hash key one after the other.
    if (first?.partitionNr === 0 && par !== before && first.persistenceId.startsWith(prefix))
      ids.push(first.persistenceId)
    before = by === 'scan' ? par : undefined
    const mark = parseMarkKey(journalName, par)
    if (mark?.persistenceId.startsWith(prefix)) candidates.push(mark)
  }
  const isFirst = await areFirst(context, by, candidates, options)
  return [...ids, ...candidates.filter((_, index) => isFirst[index]).map(({ persistenceId }) => persistenceId)]
}

/** Which of these marks are the first item of their id that the ids are told by. */
const areFirst = async (
  context: QueryContext,
  by: IdPageToken['by'],
  candidates: readonly Candidate[],
  options: RequestOptions,
): Promise<boolean[]> => {
  const { config, requests } = context
  const ids = [...new Set(candidates.map(({ persistenceId }) => persistenceId))]
  const told = await (by === 'index' ? withEventOne : withFirstHundred)(context, ids, options)
  const earlier = candidates.map((candidate) =>
    told.has(candidate.persistenceId) ? [] : marksBefore(config, candidate),
  )
  const keys = new Map(earlier.flat().map((key) => [key[Attributes.PAR]?.S ?? '', key]))
  const there = await getItems(requests, config.table, [...keys.values()], options, [Attributes.PAR])
  const found = new Set(there.map((item) => item[Attributes.PAR]?.S))
  return candidates.map(
    ({ persistenceId }, index) =>
      !told.has(persistenceId) && !earlier[index]?.some((key) => found.has(key[Attributes.PAR]?.S)),
  )
}

const marksBefore = (config: QueryContext['config'], { persistenceId, kind, shard }: Candidate): Item[] => {
  const keyOf = (ofKind: MarkKind, ofShard: number) => markKey(config, ofKind, persistenceId, ofShard * PARTITION_SIZE)
  const lower = Array.from({ length: shard }, (_, index) => keyOf(kind, index))
  if (kind === 'SL') return lower
  return [...Array.from({ length: config.sequenceShards }, (_, index) => keyOf('SL', index)), ...lower]
}

/** Which of these ids the index tells by their first event. */
const withEventOne = async (
  { config, requests }: QueryContext,
  ids: readonly string[],
  options: RequestOptions,
): Promise<ReadonlySet<string>> => {
  const keys = ids.map((persistenceId) => eventKey(config, persistenceId, 1))
  const there = await getItems(requests, config.table, keys, options, [Attributes.PAR])
  const found = new Set(there.map((item) => item[Attributes.PAR]?.S))
  return new Set(ids.filter((persistenceId) => found.has(partitionKey(config, persistenceId, 0))))
}

/** Which of these ids a scan tells by their first hundred. */
const withFirstHundred = async (
  { config, requests }: QueryContext,
  ids: readonly string[],
  options: RequestOptions,
): Promise<ReadonlySet<string>> => {
  const isThere = async (persistenceId: string): Promise<boolean> => {
    const input = {
      TableName: config.table,
      KeyConditionExpression: '#par = :par',
      ProjectionExpression: '#par',
      ExpressionAttributeNames: { '#par': Attributes.PAR },
      ExpressionAttributeValues: { ':par': { S: partitionKey(config, persistenceId, 0) } },
      ConsistentRead: true,
      Limit: 1,
    }
    return ((await requests.send('Query', input, options)).Items ?? []).length > 0
  }
  const found = await Promise.all(ids.map(isThere))
  return new Set(ids.filter((_, index) => found[index]))
}
