import type { TableStats } from './table-stats.js'

const GB = 1024 ** 3
const MILLION = 1_000_000

/** What DynamoDB charges, in dollars: storage per GB and month, the rest per million units. */
export interface Prices {
  readonly priceStorage: number
  readonly priceRead: number
  readonly priceWrite: number
}

/** Of tables paid per request, class Standard. */
export const US_EAST_1: Prices = { priceStorage: 0.25, priceRead: 0.125, priceWrite: 0.625 }

/** Dollars. */
export interface CostEstimate {
  readonly storagePerMonth: number
  readonly writingOnce: number
  readonly readingOnce: number
}

/** What the items of a table cost, without indexes, backups and streams. Pure. */
export const estimateCost = (
  { billedBytes, writeUnits, readUnits }: TableStats,
  { priceStorage, priceWrite, priceRead }: Prices,
): CostEstimate => ({
  storagePerMonth: (billedBytes / GB) * priceStorage,
  writingOnce: (writeUnits / MILLION) * priceWrite,
  readingOnce: (readUnits / MILLION) * priceRead,
})
