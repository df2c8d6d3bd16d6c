import { inspect, types } from 'node:util'
import { Attributes, type Item, isUnreadable, RequestFailedError, snapshotKey } from '@dynact/dynamodb'
import {
  ConfigError,
  type PersistenceError,
  RecoveryError,
  type SelectedSnapshot,
  type SnapshotSelectionCriteria,
} from '@dynact/persistence'
import { decodeSnapshot } from './decode-snapshot.js'
import { findSnapshots } from './find-snapshots.js'
import type { UnreadableVerdict } from './on-unreadable.js'
import type { SnapshotCall } from './snapshot-context.js'

/**
 * The snapshot with the highest sequence number that matches and, if so configured, can be read; or `undefined`.
 *
 * @throws {@link RecoveryError} the table can't be read, or what is stored is damaged.
 * @throws {@link SerializationError} the snapshot can't be deserialized, or not now.
 * @throws {@link ConfigError} the function `onUnreadable` gives no verdict.
 */
export const loadSnapshot = async (
  call: SnapshotCall,
  criteria: SnapshotSelectionCriteria,
): Promise<SelectedSnapshot | undefined> => {
  const { persistenceId, config } = call
  try {
    // Ends as soon as nobody replaces the snapshot while it is being read.
    for (;;) {
      const found = await loadOnce(call, criteria)
      if (found !== 'replaced') return found
    }
  } catch (cause) {
    if (!(cause instanceof RequestFailedError)) throw cause
    const text = `${persistenceId}: the snapshots in table ${config.table} can't be read: ${cause.message}`
    throw new RecoveryError(text, { persistenceId, cause })
  }
}

const loadOnce = async (
  call: SnapshotCall,
  criteria: SnapshotSelectionCriteria,
): Promise<SelectedSnapshot | 'replaced' | undefined> => {
  for await (const items of findSnapshots(call, criteria, { keysOnly: false }))
    for (const item of items)
      try {
        const found = await decodeSnapshot(call, item)
        if (found !== undefined) return found
      } catch (error) {
        if (!isUnreadable(error)) throw error
        if (await wasReplaced(call, item)) return 'replaced'
        if (judge(call, item, error) === 'fail') throw error
      }
  return undefined
}

/** The parts of a split snapshot are deleted after it, by one who deletes or replaces it. */
const wasReplaced = async ({ config, requests, persistenceId, options }: SnapshotCall, item: Item) => {
  const set = item[Attributes.PART_SET]?.N
  if (set === undefined) return false
  const Key = snapshotKey(config.journalName, persistenceId, Number(item[Attributes.SEQ]?.N))
  const { Item: now } = await requests.send('GetItem', { TableName: config.table, Key, ConsistentRead: true }, options)
  return now?.[Attributes.PART_SET]?.N !== set
}

const judge = ({ config, persistenceId }: SnapshotCall, item: Item, error: PersistenceError): UnreadableVerdict => {
  const { onUnreadable, table, logger } = config
  const sequenceNr = Number(item[Attributes.SEQ]?.N)
  if (typeof onUnreadable === 'function') {
    const verdict: unknown = onUnreadable({ table, persistenceId, sequenceNr, error })
    if (verdict === 'fail' || verdict === 'older') return verdict
    const given = types.isPromise(verdict) ? 'a promise' : inspect(verdict, { depth: 0 })
    const text = `${persistenceId}: the function onUnreadable gave ${given} for the snapshot at ${sequenceNr} in table ${table}. Let it return 'fail' or 'older'.`
    throw new ConfigError(text, { persistenceId, sequenceNr, cause: error })
  }
  if (onUnreadable === 'fail') return 'fail'
  const text = `${error.message} An older snapshot is looked for, or all events are replayed.`
  // A library must not print, and must not keep silent either.
  if (logger === undefined) process.emitWarning(text, 'UnreadableSnapshotWarning')
  else logger.warn({ table, persistenceId, sequenceNr, err: error }, text)
  return 'older'
}
