import { spawnPersistent } from '@dynact/persistence'
import { type ActorSystemRef, dispatch, query, type Ref } from 'nact'
import type { Price } from './prices.js'

/** The state of one ledger actor: what it knows of the prices of its symbol. */
export interface Ledger {
  readonly months: number
  readonly firstMonth: string
  readonly firstPrice: number
  readonly lastMonth: string
  readonly lastPrice: number
  readonly lowest: number
  readonly highest: number
  /** In cents: whole numbers add up without rounding. */
  readonly sumCents: number
}

/** The event that is stored. */
interface PriceRecorded {
  readonly type: 'price-recorded'
  readonly month: string
  readonly price: number
}

interface RecordPrices {
  readonly type: 'record-prices'
  readonly prices: readonly Price[]
  readonly replyTo: Ref<Recorded>
}

interface ReadLedger {
  readonly type: 'read'
  readonly replyTo: Ref<Recovered>
}

type Message = PriceRecorded | RecordPrices | ReadLedger

export type LedgerRef = Ref<Message>

/** The answer to a year of prices: it is stored. */
export interface Recorded {
  /** How many of the prices were new. */
  readonly stored: number
  readonly ledger: Ledger
}

export interface Recovered {
  readonly ledger: Ledger
  /** How many events the last recovery replayed; a snapshot covers the others. */
  readonly replayed: number
}

const EMPTY: Ledger = {
  months: 0,
  firstMonth: '',
  firstPrice: 0,
  lastMonth: '',
  lastPrice: 0,
  lowest: Number.MAX_VALUE,
  highest: 0,
  sumCents: 0,
}

/** The only way that a ledger changes, live and in recovery. */
const withPrice = (ledger: Ledger, { month, price }: PriceRecorded): Ledger => ({
  months: ledger.months + 1,
  firstMonth: ledger.months === 0 ? month : ledger.firstMonth,
  firstPrice: ledger.months === 0 ? price : ledger.firstPrice,
  lastMonth: month,
  lastPrice: price,
  lowest: Math.min(ledger.lowest, price),
  highest: Math.max(ledger.highest, price),
  sumCents: ledger.sumCents + Math.round(price * 100),
})

/**
 * Starts the persistent actor of one symbol. It recovers from its newest snapshot and the events after it.
 *
 * @param onFailure - hears why the actor has stopped: it could not recover, or a write failed for good.
 */
export const spawnLedger = (system: ActorSystemRef, symbol: string, onFailure: (error: Error) => void): LedgerRef => {
  let replayed = 0
  return spawnPersistent(
    system,
    async (ledger: Ledger, message: Message, ctx) => {
      switch (message.type) {
        // An event comes back in recovery only.
        case 'price-recorded':
          replayed += 1
          return withPrice(ledger, message)

        case 'record-prices': {
          // Whoever was left without an answer asks again. What is stored already is not stored twice.
          const events = message.prices
            .filter(({ month }) => month > ledger.lastMonth)
            .map(({ month, price }): PriceRecorded => ({ type: 'price-recorded', month, price }))
          await ctx.persistAll(events)
          const next = events.reduce(withPrice, ledger)
          dispatch(message.replyTo, { stored: events.length, ledger: next })
          return next
        }

        case 'read':
          dispatch(message.replyTo, { ledger, replayed })
          return ledger
      }
    },
    `stock-ledger-${symbol}`,
    symbol,
    {
      initialState: EMPTY,
      snapshotEvery: 30,
      // Without this, the actor would recover and live on after a write whose outcome is unknown.
      onCrash: (_message, error, ctx) => {
        if (error) onFailure(error)
        return ctx.stop
      },
    },
  )
}

// Longer than the journal's own deadline for all its retries, so that its error is seen first.
const ANSWER_MS = 60_000

/** Resolves when the prices are stored. If it does not, ask again: the actor knows which of them are. */
export const recordPrices = (ledger: LedgerRef, prices: readonly Price[]): Promise<Recorded> =>
  query(ledger, (replyTo: Ref<Recorded>): Message => ({ type: 'record-prices', prices, replyTo }), ANSWER_MS)

export const readLedger = (ledger: LedgerRef): Promise<Recovered> =>
  query(ledger, (replyTo: Ref<Recovered>): Message => ({ type: 'read', replyTo }), ANSWER_MS)
