import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { type Item, type MarkKind, markKeys, partitionKey } from '@dynact/dynamodb'
import type { SeenEvent } from './observer.js'

/** What becomes of an item: an attribute has another type, its payload breaks off, a mark says no number. */
export const DAMAGES = ['wrong type', 'truncated payload', 'low mark', 'high mark'] as const
export type DamageKind = (typeof DAMAGES)[number]

/** What was done to an item of an id. */
export interface Damage {
  /** The number of its first event; `undefined` for a mark. */
  readonly sequenceNr: number | undefined
  /** What nobody may be shown: its events, or, where only a payload breaks off, that of the payload. */
  readonly events: readonly SeenEvent[]
  /** Makes it as it was, unless it was deleted meanwhile. */
  repair(): Promise<void>
}

/** Where items are damaged. */
export interface DamageSite {
  readonly client: DynamoDBClient
  readonly table: string
  readonly persistenceId: string
  /** Of the id: no item lies behind it. */
  readonly highest: number
}

const KEYS = { journalName: 'journal', sequenceShards: 10 }

/**
 * Damages one item of an id, past all checks.
 *
 * @param place - picks among its items.
 * @returns undefined where it has none of that kind.
 */
export const inflictDamage = async (site: DamageSite, kind: DamageKind, place: number): Promise<Damage | undefined> => {
  const isMark = kind === 'low mark' || kind === 'high mark'
  const items = isMark ? await marksOf(site, kind === 'low mark' ? 'SL' : 'SH') : await eventsOf(site)
  const item = items[place % Math.max(1, items.length)]
  if (item === undefined) return undefined
  const damaged = kind === 'truncated payload' ? withTruncatedPayload(item) : withWrongType(item, kind, place)
  if (damaged === undefined) return undefined
  await put(site, damaged)
  const events = isMark ? [] : eventsIn(item)
  return {
    sequenceNr: isMark ? undefined : Number(item['seq']?.N),
    events: kind === 'truncated payload' ? events.slice(0, 1) : events,
    repair: () => put(site, item),
  }
}

const put = async ({ client, table }: DamageSite, item: Item): Promise<void> => {
  try {
    await client.send(
      new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_exists(par)' }),
    )
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
  }
}

const withWrongType = (item: Item, kind: DamageKind, place: number): Item => {
  if (kind === 'low mark') return { ...item, seq: { S: 'damaged' } }
  if (kind === 'high mark') return { ...item, seq: { NULL: true } }
  const names = 'evs' in item ? ['evs', 'n', 'seq', 'writer_uuid'] : ['event', 'ev_ser_id', 'seq', 'writer_uuid']
  return { ...item, [names[place % names.length] as string]: { BOOL: true } }
}

/** JSON that breaks off is none; `undefined` for a stepping stone, which has no payload. */
const withTruncatedPayload = (item: Item): Item | undefined => {
  const half = (bytes: Uint8Array) => ({ B: bytes.slice(0, Math.ceil(bytes.length / 2)) })
  const [first, ...rest] = item['evs']?.L ?? []
  if (first?.M?.['e']?.B !== undefined)
    return { ...item, evs: { L: [{ M: { ...first.M, e: half(first.M['e'].B) } } as AttributeValue, ...rest] } }
  const bytes = item['event']?.B
  return bytes === undefined || bytes.length === 0 ? undefined : { ...item, event: half(bytes) }
}

const eventsIn = (item: Item): SeenEvent[] => {
  const payloads = item['evs']?.L?.map(({ M }) => M?.['e']?.B) ?? [item['event']?.B]
  const first = Number(item['seq']?.N)
  return payloads.map((bytes, index) => ({
    sequenceNr: first + index,
    payload: bytes === undefined || bytes.length === 0 ? '' : JSON.parse(Buffer.from(bytes).toString()),
  }))
}

const eventsOf = async ({ client, table, persistenceId, highest }: DamageSite): Promise<Item[]> => {
  const items: Item[] = []
  for (let partitionNr = 0; partitionNr * 100 <= highest; partitionNr++) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'par = :par',
        ExpressionAttributeValues: { ':par': { S: partitionKey(KEYS, persistenceId, partitionNr) } },
        ConsistentRead: true,
      }),
    )
    items.push(...Items)
  }
  return items
}

const marksOf = async ({ client, table, persistenceId }: DamageSite, kind: MarkKind): Promise<Item[]> => {
  const answers = await Promise.all(
    markKeys(KEYS, kind, persistenceId).map((Key) =>
      client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
    ),
  )
  return answers.flatMap(({ Item }) => (Item === undefined ? [] : [Item]))
}
