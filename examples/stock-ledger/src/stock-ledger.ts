import { readFile } from 'node:fs/promises'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine } from '@dynact/persistence'
import { createSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { type ActorSystemRef, start, stop } from 'nact'
import type { Acknowledgements } from './acknowledgements.js'
import { checkComplete, checkRecovered } from './check.js'
import type { Database } from './database.js'
import { type Ledger, type LedgerRef, readLedger, recordPrices, spawnLedger } from './ledger.js'
import { bySymbolAndYear, type PricesByYear, pricesFile, readPrices } from './prices.js'
import { Progress } from './progress.js'
import { table } from './table.js'

export const JOURNAL_TABLE = 'stock-ledger-journal'
export const SNAPSHOT_TABLE = 'stock-ledger-snapshot'

// The embedded database shares this process, and a busy machine may let both wait for longer than AWS ever would.
const retry = { attemptMs: 10_000, totalMs: 20_000 }

export interface StockLedgerOptions {
  readonly database: Database
  readonly acknowledgements: Acknowledgements
  /** Called when half of all prices are stored; not at all if that was so at the start. */
  readonly onHalfway: () => void
  /** Stops between two years. What is stored stays stored. */
  readonly signal: AbortSignal
}

/** The actor of one symbol and the prices that it is to take in. */
interface Account {
  readonly symbol: string
  readonly years: PricesByYear
  readonly actor: LedgerRef
}

/**
 * One persistent actor per symbol takes in the prices of the file, a year at a time. What the actors know is checked against
 * the file after they have recovered, and again at the end.
 *
 * @returns whether it came to the end.
 */
export const runStockLedger = async (options: StockLedgerOptions): Promise<boolean> => {
  const { client } = options.database
  await createJournalTable(client, { table: JOURNAL_TABLE, retry })
  await createSnapshotTable(client, { table: SNAPSHOT_TABLE, retry })
  const journal = dynamoDBJournal({ client, table: JOURNAL_TABLE, retry })
  const snapshotStore = dynamoDBSnapshotStore({ client, table: SNAPSHOT_TABLE, retry })
  const system = start(configurePersistence(persistenceEngine({ journal, snapshotStore })))
  try {
    return await new Promise((resolve, reject) => {
      // Whichever is first: the end of the work, or an actor that can't go on.
      fillLedgers(system, options, reject).then(resolve, reject)
    })
  } finally {
    stop(system)
    await journal.close()
    await snapshotStore.close()
  }
}

const fillLedgers = async (
  system: ActorSystemRef,
  options: StockLedgerOptions,
  onFailure: (error: Error) => void,
): Promise<boolean> => {
  const csv = await readFile(pricesFile, 'utf8')
  const prices = await readPrices()
  const accounts = [...bySymbolAndYear(prices)].map(
    ([symbol, years]): Account => ({ symbol, years, actor: spawnLedger(system, symbol, onFailure) }),
  )

  const recovered = await recover(accounts)
  checkRecovered(recovered, options.acknowledgements.read(), csv)
  const before = total(recovered)
  if (before > 0) console.log(`That is everything that was ever acknowledged, and it equals the file.\n`)

  const ledgers = await ingest(accounts, new Progress(before, prices.length), options)
  const after = total(ledgers)
  if (options.signal.aborted && after < prices.length) {
    console.log(`Interrupted with ${after} of ${prices.length} months stored. The next start goes on from there.`)
    return false
  }

  console.log(
    before === after
      ? 'Everything was stored already: nothing was persisted twice.'
      : `${after - before} months persisted.`,
  )
  console.log(`\n${table(ledgers, recovered)}\n`)
  checkComplete(ledgers, csv)
  console.log(
    `Every figure equals the one worked out from stocks.csv (${prices.length} rows, ${accounts.length} symbols).`,
  )
  return true
}

/** What each actor knows from its snapshot and its stored events. */
const recover = async (accounts: readonly Account[]): Promise<Map<string, Ledger>> => {
  const ledgers = new Map<string, Ledger>()
  for (const { symbol, actor } of accounts) {
    const { ledger, replayed } = await readLedger(actor)
    ledgers.set(symbol, ledger)
    if (ledger.months === 0) continue
    console.log(
      `Recovered ${symbol.padEnd(4)} ${String(ledger.months).padStart(3)} months ` +
        `(${ledger.months - replayed} from a snapshot, ${replayed} from replayed events)`,
    )
  }
  if (total(ledgers) === 0) console.log('Nothing to recover: the ledgers are new.\n')
  return ledgers
}

/** All symbols side by side, the years of each in order. */
const ingest = async (
  accounts: readonly Account[],
  progress: Progress,
  { acknowledgements, onHalfway, signal }: StockLedgerOptions,
): Promise<Map<string, Ledger>> => {
  const ledgers = new Map<string, Ledger>()
  const fill = async ({ symbol, years, actor }: Account) => {
    for (const [year, prices] of years) {
      if (signal.aborted) return
      const { stored, ledger } = await recordPrices(actor, prices)
      ledgers.set(symbol, ledger)
      if (stored === 0) continue
      acknowledgements.add(symbol, ledger.months)
      const wasInFirstHalf = progress.isInFirstHalf
      progress.step(stored, `${symbol} ${year}: ${stored} months persisted`)
      if (wasInFirstHalf && !progress.isInFirstHalf) onHalfway()
    }
  }
  await Promise.all(accounts.map(fill))
  progress.end()
  return ledgers
}

const total = (ledgers: ReadonlyMap<string, Ledger>) =>
  [...ledgers.values()].reduce((sum, { months }) => sum + months, 0)
