import type { Ledger } from './ledger.js'
import { UserError } from './user-error.js'

/**
 * What the ledger of a symbol must hold after its first `months` rows, worked out from the text of the file and without the
 * code that is under check.
 */
export const ledgerFromFile = (csv: string, symbol: string, months: number): Ledger => {
  const rows = csv
    .split('\n')
    .map((row) => row.trim().split(','))
    .filter(([name]) => name === symbol)
    .slice(0, months)
  const dates = rows.map(([, date]) => new Date(`${date} UTC`).toISOString().slice(0, 7))
  const prices = rows.map(([, , price]) => Number(price))
  return {
    months: rows.length,
    firstMonth: dates.at(0) ?? '',
    firstPrice: prices.at(0) ?? 0,
    lastMonth: dates.at(-1) ?? '',
    lastPrice: prices.at(-1) ?? 0,
    lowest: Math.min(...prices, Number.MAX_VALUE),
    highest: Math.max(...prices, 0),
    sumCents: Math.round(prices.reduce((sum, price) => sum + price, 0) * 100),
  }
}

const differences = (symbol: string, ledger: Ledger, expected: Ledger): string[] =>
  Object.entries(expected)
    .map(([figure, value]) => ({ figure, value, got: ledger[figure as keyof Ledger] }))
    .filter(({ value, got }) => value !== got)
    .map(({ figure, value, got }) => `${symbol}: ${figure} is ${got} in the ledger, but ${value} in stocks.csv`)

const refuseIfAny = (what: string, mistakes: readonly string[]) => {
  if (mistakes.length > 0) throw new UserError([what, ...mistakes].join('\n  '))
}

/**
 * Holds what was recovered against what an earlier process was promised, and against the file.
 *
 * @throws {@link UserError} naming everything that was lost or is wrong.
 */
export const checkRecovered = (
  ledgers: ReadonlyMap<string, Ledger>,
  acknowledged: ReadonlyMap<string, number>,
  csv: string,
): void => {
  const lost = [...acknowledged]
    .map(([symbol, promised]) => ({ symbol, promised, months: ledgers.get(symbol)?.months ?? 0 }))
    .filter(({ promised, months }) => months < promised)
    .map(({ symbol, promised, months }) => `${symbol}: ${promised} months were acknowledged, ${months} were recovered`)
  refuseIfAny('Acknowledged events are missing from the database:', lost)

  const wrong = [...ledgers].flatMap(([symbol, ledger]) =>
    differences(symbol, ledger, ledgerFromFile(csv, symbol, ledger.months)),
  )
  refuseIfAny('What was recovered is not what the file says:', wrong)
}

/**
 * Holds the ledgers against the whole file.
 *
 * @throws {@link UserError} naming every figure that differs.
 */
export const checkComplete = (ledgers: ReadonlyMap<string, Ledger>, csv: string): void => {
  const wrong = [...ledgers].flatMap(([symbol, ledger]) =>
    differences(symbol, ledger, ledgerFromFile(csv, symbol, Number.POSITIVE_INFINITY)),
  )
  refuseIfAny('The ledgers differ from the file:', wrong)
}
