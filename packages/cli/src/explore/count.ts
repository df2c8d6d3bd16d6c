import { estimateCost, US_EAST_1 } from '../inspect/estimate-cost.js'
import { type TableStats, tableStats } from '../inspect/table-stats.js'
import type { Count } from '../page/protocol.js'
import type { Explorer } from './explorer.js'

const countOf = (stats: TableStats, isDone: boolean): Count => ({
  ...stats,
  cost: estimateCost(stats, US_EAST_1),
  isDone,
})

/** Reads the journal's table to its end, and tells how far it is. */
export const count = async (
  { requests, settings: { table, journalName } }: Explorer,
  signal: AbortSignal,
  tell: (count: Count) => void,
): Promise<Count> => {
  const stats = await tableStats(requests, table, journalName, signal, (sofar) => tell(countOf(sofar, false)))
  return countOf(stats, true)
}
