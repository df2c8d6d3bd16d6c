/**
 * The items beside a split snapshot's own. Each part has a hash key of its own, which can't be that of any snapshot: a
 * journalName has no `P` between its dashes. The record of a set stands under the id's hash key with a negative range key,
 * where no reader looks for a snapshot, and neither has a `ts`, so that they are not in the index.
 */
import { PersistenceError, type SnapshotMetadata } from '@dynact/persistence'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'
import { snapshotPartitionKey } from './snapshot-key.js'

/** The most parts of a set, so that a damaged number of them keeps nobody busy. Stored; may only grow. */
export const MAX_PARTS = 10_000

/** A writer that has not committed its parts for so long is dead, and so is every request that it has sent. */
export const ABANDONED_PART_SET_MS = 3_600_000

/**
 * - `open`: its parts are being written, and no snapshot names it yet.
 * - `done`: it was committed together with its snapshot. If that does not name it any more, it is garbage.
 * - `dead`: nobody may commit it any more; its parts are being deleted.
 */
export type PartSetState = 'open' | 'done' | 'dead'

const STATES: readonly string[] = ['open', 'done', 'dead'] satisfies PartSetState[]

/** A set of parts, and the snapshot that it is, or was, made for. */
export interface PartSet {
  /** Digits; another for every save. */
  readonly set: string
  readonly of: SnapshotMetadata
  readonly count: number
  /** Epoch milliseconds, by the writer's clock. */
  readonly begunAt: number
  readonly state: PartSetState
}

/** Could this name a set of parts? DynamoDB keeps 38 digits. */
export const isPartSetId = (text: string): boolean => /^[1-9]\d{0,37}$/.test(text)

/** Could a set have so many parts? */
export const isPartCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 1 && count <= MAX_PARTS

/** Key of one part, counted from 0. */
export const partKey = (journalName: string, { set, of }: Pick<PartSet, 'set' | 'of'>, place: number): Item => ({
  [Attributes.PAR]: { S: `${journalName}-SP-${set}-${place}` },
  [Attributes.SEQ]: { N: String(of.sequenceNr) },
})

/** The set and the place that the hash key of a part is made of; `undefined` for any other. */
export const parsePartKey = (
  journalName: string,
  par: string,
): { readonly set: string; readonly place: number } | undefined => {
  const prefix = `${journalName}-SP-`
  const [set = '', place = '', ...more] = par.startsWith(prefix) ? par.slice(prefix.length).split('-') : []
  return isPartSetId(set) && /^\d{1,5}$/.test(place) && more.length === 0 ? { set, place: Number(place) } : undefined
}

/** Keys of all parts. */
export const partKeys = (journalName: string, set: Pick<PartSet, 'set' | 'of' | 'count'>): Item[] =>
  Array.from({ length: set.count }, (_, place) => partKey(journalName, set, place))

/** The item of one part. */
export const partItem = (
  journalName: string,
  set: Pick<PartSet, 'set' | 'of'>,
  place: number,
  bytes: Uint8Array,
): Item => ({
  ...partKey(journalName, set, place),
  [Attributes.PERSISTENCE_ID]: { S: set.of.persistenceId },
  [Attributes.PART_SET]: { N: set.set },
  [Attributes.PART_DATA]: { B: bytes },
})

/** Key of the record of a set. */
export const partSetKey = (journalName: string, { set, of }: Pick<PartSet, 'set' | 'of'>): Item => ({
  [Attributes.PAR]: { S: snapshotPartitionKey(journalName, of.persistenceId) },
  [Attributes.SEQ]: { N: `-${set}` },
})

/** The record of a set, written before its first part and deleted after its last: what a crash leaves is found by it. */
export const partSetItem = (journalName: string, set: PartSet): Item => ({
  ...partSetKey(journalName, set),
  [Attributes.SNAPSHOT_SEQ]: { N: String(set.of.sequenceNr) },
  [Attributes.SNAPSHOT_TIMESTAMP]: { N: String(Math.floor(set.of.timestamp)) },
  [Attributes.PART_COUNT]: { N: String(set.count) },
  [Attributes.BEGUN_AT]: { N: String(set.begunAt) },
  [Attributes.PART_SET_STATE]: { S: set.state },
})

/**
 * Reads the record of a set.
 *
 * @param table - named in the error.
 * @throws {@link PersistenceError} an attribute is missing, or of another type, or says what can't be.
 */
export const readPartSetItem = (item: Item, table: string, persistenceId: string): PartSet => {
  const key = item[Attributes.SEQ]?.N ?? ''
  const fail = (why: string): never => {
    throw new PersistenceError(
      `${persistenceId}: the record of snapshot parts under seq ${key} in table ${table} can't be read: ${why}. Delete this item, and the items of that set, if any.`,
      { persistenceId },
    )
  }
  const number = (name: string): number => {
    const value = Number(item[name]?.N ?? Number.NaN)
    return Number.isSafeInteger(value) ? value : fail(`${name} is not an integer or not there`)
  }
  const set = key.slice(1)
  if (!key.startsWith('-') || !isPartSetId(set)) fail('its key names no set of parts')
  const count = number(Attributes.PART_COUNT)
  if (!isPartCount(count)) fail(`${Attributes.PART_COUNT} is not from 1 to ${MAX_PARTS}`)
  const state = item[Attributes.PART_SET_STATE]?.S ?? ''
  if (!STATES.includes(state)) fail(`${Attributes.PART_SET_STATE} is none that there is`)
  const of = {
    persistenceId,
    sequenceNr: number(Attributes.SNAPSHOT_SEQ),
    timestamp: number(Attributes.SNAPSHOT_TIMESTAMP),
  }
  return { set, of, count, begunAt: number(Attributes.BEGUN_AT), state: state as PartSetState }
}
