import type { Ledger } from './ledger.js'

const HEAD = ['symbol', 'months', 'first', 'last', 'lowest', 'highest', 'mean', 'return', 'recovered']

const money = (amount: number) => amount.toFixed(2)

type Ledgers = ReadonlyMap<string, Ledger>

/** All ledgers as a table; `recovered` are the same ledgers as they were when this process started. */
export const table = (ledgers: Ledgers, recovered: Ledgers): string => {
  const rows = [...ledgers].map(([symbol, ledger]) => [
    symbol,
    String(ledger.months),
    `${ledger.firstMonth} ${money(ledger.firstPrice)}`,
    `${ledger.lastMonth} ${money(ledger.lastPrice)}`,
    money(ledger.lowest),
    money(ledger.highest),
    money(ledger.sumCents / 100 / ledger.months),
    `${((ledger.lastPrice / ledger.firstPrice - 1) * 100).toFixed(1)} %`,
    String(recovered.get(symbol)?.months ?? 0),
  ])
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
