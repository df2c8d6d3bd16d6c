import type { Call } from '../call.js'
import type { HistoryTarget } from './history-writer.js'

const DEFAULT_FEED_SHARDS = 32

/** The tables of the settings, to write histories into; into the feed index where the config file has `queries`, or it is asked for. */
export const historyTarget = ({ connection, signal }: Call, withQueries: boolean): HistoryTarget => {
  const { table, queries } = connection.settings
  const feedShards = queries !== undefined || withQueries ? (queries?.shards ?? DEFAULT_FEED_SHARDS) : undefined
  // Made for its checks of the names.
  const { journalName, sequenceShards } = connection.journal().config
  return { requests: connection.requests(table), table, journalName, sequenceShards, feedShards, signal }
}
