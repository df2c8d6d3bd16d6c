import {
  Attributes,
  type Item,
  isExpiring,
  itemSize,
  occupiedBy,
  parseMarkKey,
  parsePartitionKey,
  type RequestOptions,
  type Requests,
} from '@dynact/dynamodb'
import { scanPages } from './scan-pages.js'

/** DynamoDB bills so many bytes of index for every item. Source: "DynamoDB item sizes and formats", developer guide. */
const OVERHEAD_BYTES = 100
const READ_UNIT_BYTES = 4096
const WRITE_UNIT_BYTES = 1024

/** What a table holds. */
export interface TableStats {
  items: number
  /** Those of packed batches counted one by one. */
  events: number
  marks: number
  /** Deleted ones that are there, and billed for storage, until DynamoDB's time to live removes them. */
  expiring: number
  /** Items of other journals, and what is none of ours. */
  others: number
  /** As DynamoDB counts them. */
  bytes: number
  /** What is billed for storage: 100 bytes an item more. */
  billedBytes: number
  largestItemBytes: number
  /** To write all of it once, without indexes. */
  writeUnits: number
  /** To read all of it once, strongly consistent. */
  readUnits: number
}

export const emptyStats = (): TableStats => ({
  items: 0,
  events: 0,
  marks: 0,
  expiring: 0,
  others: 0,
  bytes: 0,
  billedBytes: 0,
  largestItemBytes: 0,
  writeUnits: 0,
  readUnits: 0,
})

/** Adds an item of a journal's table. Pure but for `stats`. */
export const countItem = (stats: TableStats, item: Item, journalName: string): void => {
  const bytes = itemSize(item)
  const par = item[Attributes.PAR]?.S ?? ''
  stats.items++
  if (isExpiring(item)) stats.expiring++
  else if (parsePartitionKey(journalName, par) !== undefined) stats.events += occupiedBy(item)
  else if (parseMarkKey(journalName, par) !== undefined) stats.marks++
  else stats.others++
  stats.bytes += bytes
  stats.billedBytes += bytes + OVERHEAD_BYTES
  stats.largestItemBytes = Math.max(stats.largestItemBytes, bytes)
  stats.writeUnits += Math.ceil(bytes / WRITE_UNIT_BYTES)
}

/** Reads a journal's table to its end, and counts. Nothing is kept in memory but a page. */
export const tableStats = async (
  requests: Requests,
  table: string,
  journalName: string,
  signal: AbortSignal,
  onPage: (stats: TableStats) => void,
): Promise<TableStats> => {
  const options: RequestOptions = { signal, priority: 'feed', purpose: `table ${table}: counting` }
  const stats = emptyStats()
  for await (const { items } of scanPages(requests, { TableName: table }, options)) {
    for (const item of items) countItem(stats, item, journalName)
    stats.readUnits = Math.ceil(stats.bytes / READ_UNIT_BYTES)
    onPage(stats)
  }
  return stats
}
