import { readFile } from 'node:fs/promises'
import { checkComplete, checkRecovered, ledgerFromFile } from '../src/check.js'
import { bySymbolAndYear, pricesFile, readPrices } from '../src/prices.js'

describe('prices of stocks.csv', () => {
  it('are 560, of five symbols, year by year', async () => {
    const prices = await readPrices()

    const bySymbol = bySymbolAndYear(prices)

    expect(prices).toHaveLength(560)
    expect(prices[0]).toEqual({ symbol: 'MSFT', month: '2000-01', price: 39.81 })
    expect([...bySymbol.keys()]).toEqual(['MSFT', 'AMZN', 'IBM', 'GOOG', 'AAPL'])
    expect([...(bySymbol.get('GOOG') ?? [])].map(([year, { length }]) => [year, length])).toEqual([
      ['2004', 5],
      ['2005', 12],
      ['2006', 12],
      ['2007', 12],
      ['2008', 12],
      ['2009', 12],
      ['2010', 3],
    ])
  })
})

describe('the check of the ledgers', () => {
  let csv: string
  beforeAll(async () => {
    csv = await readFile(pricesFile, 'utf8')
  })
  const google = (months: number) => ledgerFromFile(csv, 'GOOG', months)

  it('passes ledgers that equal the file', () => {
    checkRecovered(new Map([['GOOG', google(17)]]), new Map([['GOOG', 5]]), csv)
    checkComplete(new Map([['GOOG', google(68)]]), csv)
  })

  it('names acknowledged months that are missing', () => {
    const check = () => checkRecovered(new Map([['GOOG', google(5)]]), new Map([['GOOG', 17]]), csv)

    expect(check).toThrow('GOOG: 17 months were acknowledged, 5 were recovered')
  })

  it('names figures that differ', () => {
    const ledger = { ...google(68), highest: 1, months: 67 }

    const check = () => checkComplete(new Map([['GOOG', ledger]]), csv)

    expect(check).toThrow(/GOOG: months is 67 in the ledger, but 68 in stocks\.csv\n {2}GOOG: highest is 1 in the/)
  })

  it('names a recovered ledger that is not a beginning of the file', () => {
    const check = () => checkRecovered(new Map([['GOOG', { ...google(17), sumCents: 1 }]]), new Map(), csv)

    expect(check).toThrow('GOOG: sumCents is 1 in the ledger, but')
  })
})
