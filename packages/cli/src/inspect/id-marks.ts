import {
  Attributes,
  getItems,
  type Item,
  type JournalKeyConfig,
  type MarkKind,
  markKeys,
  PARTITION_SIZE,
  parseMarkKey,
  partitionOf,
  type RequestOptions,
  type Requests,
} from '@dynact/dynamodb'

/** A mark as it is stored. */
export interface StoredMark {
  readonly item: Item
  readonly kind: MarkKind
  readonly shard: number
  /** NaN if it says none. */
  readonly sequenceNr: number
}

/** All marks of an id. Costs two read units for each shard. */
export const readMarks = async (
  requests: Requests,
  table: string,
  keys: JournalKeyConfig,
  persistenceId: string,
  options: RequestOptions,
): Promise<StoredMark[]> => {
  const wanted = [...markKeys(keys, 'SH', persistenceId), ...markKeys(keys, 'SL', persistenceId)]
  const items = await getItems(requests, table, wanted, options)
  return items.flatMap((item) => {
    const place = parseMarkKey(keys.journalName, item[Attributes.PAR]?.S ?? '')
    return place === undefined
      ? []
      : [{ item, kind: place.kind, shard: place.shard, sequenceNr: Number(item[Attributes.SEQ]?.N ?? Number.NaN) }]
  })
}

/** A mark, and what is wrong with it. */
export interface MarkFault {
  readonly mark: StoredMark
  readonly text: string
}

/**
 * What is wrong with the marks of an id. Pure.
 *
 * A high mark may be one hundred ahead: it is written before the events, and a crash, or a writer at work, leaves it so.
 *
 * @param highest - the highest sequence number in use.
 */
export const markFaults = (marks: readonly StoredMark[], highest: number, sequenceShards: number): MarkFault[] =>
  marks.flatMap((mark) => {
    const text = faultOf(mark, highest, sequenceShards)
    return text === undefined ? [] : [{ mark, text }]
  })

const faultOf = ({ kind, shard, sequenceNr }: StoredMark, highest: number, shards: number): string | undefined => {
  const name = kind === 'SH' ? `the high mark in shard ${shard}` : `the low mark in shard ${shard}`
  if (!Number.isSafeInteger(sequenceNr) || sequenceNr < 1) return `${name} has no sequence number`
  if (partitionOf(sequenceNr) % shards !== shard)
    return `${name} says ${sequenceNr}, which belongs into shard ${partitionOf(sequenceNr) % shards}`
  if (kind === 'SL') return undefined
  if (sequenceNr % PARTITION_SIZE !== 0) return `${name} says ${sequenceNr}, which is no multiple of ${PARTITION_SIZE}`
  if (partitionOf(sequenceNr) > partitionOf(highest) + 1)
    return `${name} says ${sequenceNr}, but the highest number in use is ${highest}`
  return undefined
}

/** The high mark that is missing for the hundred of the highest number in use; `undefined` if none is. Pure. */
export const missingHighMark = (marks: readonly StoredMark[], highest: number): number | undefined => {
  const wanted = partitionOf(highest) * PARTITION_SIZE
  if (wanted === 0 || marks.some(({ kind, sequenceNr }) => kind === 'SH' && sequenceNr >= wanted)) return undefined
  return wanted
}
