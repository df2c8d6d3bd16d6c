import { PersistenceError } from '@dynact/persistence'
import { Attributes } from './attributes.js'
import type { Item } from './item.js'

/** Events that share one hash key. Stored; never change. */
export const PARTITION_SIZE = 100

const MAX_HASH_KEY_BYTES = 2048
// The largest sequence number is 2^53 - 1, so the largest partition number has 14 digits.
const PARTITION_NR_BYTES = 15

/** What the keys of one journal are made of. */
export interface JournalKeyConfig {
  /** Prefix of every hash key. */
  readonly journalName: string
  /** Over how many items the marks of one id are spread. */
  readonly sequenceShards: number
}

/** The hundred that a sequence number lies in: the events 0-99, 100-199, … of an id share a hash key each. */
export const partitionOf = (sequenceNr: number): number => Math.floor(sequenceNr / PARTITION_SIZE)

/**
 * Can this prefix never make a key that another prefix in the same table makes too? Not if one of its parts between dashes is
 * `P`, `SH` or `SL`: then it would collide with the ids of a shorter prefix.
 */
export const isUnambiguousJournalName = (journalName: string): boolean =>
  !journalName.split('-').some((part) => part === 'P' || part === 'SH' || part === 'SL')

/** Hash key of one hundred of an id's events. */
export const partitionKey = ({ journalName }: JournalKeyConfig, persistenceId: string, partitionNr: number): string =>
  `${journalName}-P-${persistenceId}-${partitionNr}`

/** The number at the end of a hash key, written as we write it: of another writer there may be `''`, `1e3` or `007`. */
const numberAtEnd = (par: string, dash: number): number | undefined => {
  const text = par.slice(dash + 1)
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : undefined
}

/** The id and the hundred that a hash key is made of; `undefined` for a mark's, or another journal's. */
export const parsePartitionKey = (
  journalName: string,
  par: string,
): { readonly persistenceId: string; readonly partitionNr: number } | undefined => {
  const prefix = `${journalName}-P-`
  const dash = par.lastIndexOf('-')
  if (!par.startsWith(prefix) || dash < prefix.length) return undefined
  const partitionNr = numberAtEnd(par, dash)
  return partitionNr === undefined ? undefined : { persistenceId: par.slice(prefix.length, dash), partitionNr }
}

/** Key of one event. */
export const eventKey = (config: JournalKeyConfig, persistenceId: string, sequenceNr: number): Item => ({
  [Attributes.PAR]: { S: partitionKey(config, persistenceId, partitionOf(sequenceNr)) },
  [Attributes.NUM]: { N: String(sequenceNr % PARTITION_SIZE) },
})

/** A mark bounds the history of an id from above (`SH`, a hint) or below (`SL`). */
export type MarkKind = 'SH' | 'SL'

/** Key of the mark that a sequence number is kept in. */
export const markKey = (
  { journalName, sequenceShards }: JournalKeyConfig,
  kind: MarkKind,
  persistenceId: string,
  sequenceNr: number,
): Item => ({
  [Attributes.PAR]: { S: `${journalName}-${kind}-${persistenceId}-${partitionOf(sequenceNr) % sequenceShards}` },
  [Attributes.NUM]: { N: '0' },
})

/** The id, kind and shard that a mark's hash key is made of; `undefined` for an event's, or another journal's. */
export const parseMarkKey = (
  journalName: string,
  par: string,
): { readonly persistenceId: string; readonly kind: MarkKind; readonly shard: number } | undefined => {
  const dash = par.lastIndexOf('-')
  const shard = numberAtEnd(par, dash)
  if (shard === undefined) return undefined
  for (const kind of ['SL', 'SH'] as const) {
    const prefix = `${journalName}-${kind}-`
    if (par.startsWith(prefix) && dash > prefix.length)
      return { persistenceId: par.slice(prefix.length, dash), kind, shard }
  }
  return undefined
}

/** Keys of all marks of one kind. */
export const markKeys = (config: JournalKeyConfig, kind: MarkKind, persistenceId: string): Item[] =>
  Array.from({ length: config.sequenceShards }, (_, shard) =>
    markKey(config, kind, persistenceId, shard * PARTITION_SIZE),
  )

/**
 * Refuses an id whose keys DynamoDB would refuse later, when the id has grown a history.
 *
 * @throws {@link PersistenceError} the longest key would exceed 2,048 bytes of UTF-8.
 */
export const checkKeyLength = ({ journalName }: Pick<JournalKeyConfig, 'journalName'>, persistenceId: string): void => {
  const limit = MAX_HASH_KEY_BYTES - PARTITION_NR_BYTES - Buffer.byteLength(`${journalName}-SH-`)
  const size = Buffer.byteLength(persistenceId)
  if (size <= limit) return
  throw new PersistenceError(
    `The persistenceId that begins with ${JSON.stringify(persistenceId.slice(0, 40))} takes ${size} bytes, but at most ${limit} fit into a DynamoDB key. Use a shorter id.`,
    { persistenceId },
  )
}
