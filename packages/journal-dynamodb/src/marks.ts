import {
  Attributes,
  getItems,
  type Item,
  type MarkKind,
  markItem,
  markKeys,
  type RequestOptions,
  raiseMark as raiseStoredMark,
  readLowMarkItem,
  type StoredEvent,
  type StoredLowMark,
} from '@dynact/dynamodb'
import type { JournalContext } from './journal-context.js'

const readItems = (
  { config, requests }: JournalContext,
  kind: MarkKind,
  persistenceId: string,
  options: RequestOptions,
): Promise<Item[]> => getItems(requests, config.table, markKeys(config, kind, persistenceId), options)

/**
 * The high marks of an id, highest first. Costs one read unit per shard, in one request for up to 100 shards. They are hints, and
 * looked after: one that says no number is told to `onAnomaly`.
 */
export const readHighMarks = async (
  context: JournalContext,
  persistenceId: string,
  options: RequestOptions,
): Promise<number[]> => {
  const items = await readItems(context, 'SH', persistenceId, options)
  const marks = items.map((item) => Number(item[Attributes.SEQ]?.N ?? Number.NaN))
  const isReadable = (mark: number) => Number.isSafeInteger(mark) && mark >= 0
  if (!marks.every(isReadable))
    context.config.onAnomaly?.({ kind: 'bad-mark', persistenceId, fromSequenceNr: 0, toSequenceNr: 0 })
  return marks.filter((mark) => isReadable(mark) && mark > 0).sort((a, b) => b - a)
}

/** What the low marks of an id say. The item of a packed batch that is cut stands before the mark. */
export type LowMark = StoredLowMark

/**
 * The low mark of an id. Costs one read unit per shard, in one request for up to 100 shards.
 * @throws {@link RecoveryError} one of them can't be read.
 */
export const readLowMark = async (
  context: JournalContext,
  persistenceId: string,
  options: RequestOptions,
): Promise<LowMark> => {
  const items = await readItems(context, 'SL', persistenceId, options)
  const marks = items.map((item) => readLowMarkItem(item, context.config.table, persistenceId))
  return marks.reduce<LowMark>((highest, mark) => (mark.sequenceNr > highest.sequenceNr ? mark : highest), NO_LOW_MARK)
}

const NO_LOW_MARK: LowMark = { sequenceNr: 1, cutBatch: undefined, batchBegin: undefined }

/**
 * Is the beginning of an event's batch accounted for, of which all is stored from `head` on? What lies below the low mark was there when it
 * was deleted, unless the mark cuts another batch, or none: then the event's was stored later, by a writer that knew of neither.
 */
export const isWholeBelow = (
  lowMark: LowMark,
  { sequenceNr, index }: Pick<StoredEvent, 'sequenceNr' | 'index'>,
  head: number,
): boolean => {
  const { cutBatch, batchBegin } = lowMark
  const begin = sequenceNr - index
  if (begin >= lowMark.sequenceNr) return head === begin
  return lowMark.sequenceNr >= head && cutBatch === undefined && (batchBegin === undefined || batchBegin === begin)
}

/** Which batch a low mark cuts. */
export type MarkCut = Partial<Pick<LowMark, 'cutBatch' | 'batchBegin'>>

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
  { cutBatch, batchBegin }: MarkCut = {},
): Promise<void> => {
  const item = {
    ...markItem(config, kind, persistenceId, sequenceNr),
    ...(cutBatch !== undefined && { [Attributes.CUT_BATCH]: { N: String(cutBatch) } }),
    ...(batchBegin !== undefined && { [Attributes.BATCH_BEGIN]: { N: String(batchBegin) } }),
  }
  await raiseStoredMark(requests, config.table, item, options)
}
