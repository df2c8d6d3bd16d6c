import { readFile } from 'node:fs/promises'
import { UserError } from './user-error.js'

/** One row of the file: what a share cost on the first of a month. */
export interface Price {
  readonly symbol: string
  /** `2000-01`: sorts by time. */
  readonly month: string
  readonly price: number
}

/** vega-datasets exports only its entry; the files lie beside the folder of that. */
export const pricesFile = new URL('../data/stocks.csv', import.meta.resolve('vega-datasets'))

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const parseRow = (row: string): Price => {
  // MSFT,Jan 1 2000,39.81
  const [, symbol, monthName, year, price] = /^([A-Z]+),([A-Z][a-z]{2}) 1 (\d{4}),(\d+(?:\.\d+)?)$/.exec(row) ?? []
  const month = MONTHS.indexOf(monthName ?? '') + 1
  if (symbol === undefined || month === 0)
    throw new UserError(`stocks.csv has a row that this program does not understand: ${row}`)
  return { symbol, month: `${year}-${String(month).padStart(2, '0')}`, price: Number(price) }
}

/** All prices in the order of the file: by symbol, then by month. */
export const readPrices = async (): Promise<Price[]> =>
  (await readFile(pricesFile, 'utf8')).trim().split(/\r?\n/).slice(1).map(parseRow)

export type PricesByYear = ReadonlyMap<string, readonly Price[]>

/** The prices of each symbol, year by year. */
export const bySymbolAndYear = (prices: readonly Price[]): ReadonlyMap<string, PricesByYear> => {
  const symbols = new Map<string, Map<string, Price[]>>()
  for (const price of prices) {
    const years = symbols.get(price.symbol) ?? new Map<string, Price[]>()
    symbols.set(price.symbol, years)
    const year = price.month.slice(0, 4)
    years.set(year, [...(years.get(year) ?? []), price])
  }
  return symbols
}
