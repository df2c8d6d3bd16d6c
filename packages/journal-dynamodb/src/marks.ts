import {
  Attributes,
  getItems,
  type Item,
  type MarkKind,
  markItem,
  markKeys,
  type RequestOptions,
  raiseMark as raiseStoredMark,
} from '@dynact/dynamodb'
import type { JournalContext } from './journal-context.js'

const readItems = async (
  { config, requests }: JournalContext,
  kind: MarkKind,
  persistenceId: string,
  options: RequestOptions,
): Promise<{ sequenceNr: number; item: Item }[]> => {
  const items = await getItems(requests, config.table, markKeys(config, kind, persistenceId), options)
  return items
    .map((item) => ({ sequenceNr: Number(item[Attributes.SEQ]?.N), item }))
    .filter(({ sequenceNr }) => Number.isSafeInteger(sequenceNr) && sequenceNr > 0)
    .sort((a, b) => b.sequenceNr - a.sequenceNr)
}

/** The high marks of an id, highest first. Costs one read unit per shard, in one request for up to 100 shards. */
export const readHighMarks = async (
  context: JournalContext,
  persistenceId: string,
  options: RequestOptions,
): Promise<number[]> => (await readItems(context, 'SH', persistenceId, options)).map(({ sequenceNr }) => sequenceNr)

/** What the low marks of an id say. */
export interface LowMark {
  /** The first event that is not deleted; 1 when none is. */
  readonly sequenceNr: number
  /** The first event of the packed batch that the mark cuts: its item stands before the mark. */
  readonly cutBatch: number | undefined
}

/** The low mark of an id. Costs one read unit per shard, in one request for up to 100 shards. */
export const readLowMark = async (
  context: JournalContext,
  persistenceId: string,
  options: RequestOptions,
): Promise<LowMark> => {
  const [lowest] = await readItems(context, 'SL', persistenceId, options)
  if (lowest === undefined) return { sequenceNr: 1, cutBatch: undefined }
  const cutBatch = Number(lowest.item[Attributes.CUT_BATCH]?.N)
  return { sequenceNr: lowest.sequenceNr, cutBatch: Number.isSafeInteger(cutBatch) ? cutBatch : undefined }
}

/**
 * Stores a mark, unless its item holds a higher one: a late retry must not lower it. Costs one write unit.
 * @throws {@link RequestFailedError} it could not be stored.
 */
export const raiseMark = async (
  { config, requests }: JournalContext,
  kind: MarkKind,
  persistenceId: string,
  sequenceNr: number,
  options: RequestOptions,
  cutBatch?: number,
): Promise<void> => {
  const item = {
    ...markItem(config, kind, persistenceId, sequenceNr),
    ...(cutBatch !== undefined && { [Attributes.CUT_BATCH]: { N: String(cutBatch) } }),
  }
  await raiseStoredMark(requests, config.table, item, options)
}
