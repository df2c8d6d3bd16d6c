import { type Flight, MONTH } from './flights.js'
import type { Figures } from './read-model.js'

const sums = (rows: readonly (readonly [id: string, amount: number])[]): Map<string, Figures> =>
  new Map(
    rows.map(([id]) => {
      const amounts = rows.filter((row) => row[0] === id).map(([, amount]) => amount)
      return [id, { flights: amounts.length, amount: amounts.reduce((sum, amount) => sum + amount, 0) }]
    }),
  )

/** What the read models must hold, worked out from the text of the file and without the code that is under check. */
export const figuresOfFile = (json: string) => {
  const all: Flight[] = JSON.parse(json)
  const flights = all.filter(({ date }) => date.split('/').slice(0, 2).join('/') === MONTH)
  return {
    departures: sums(flights.map(({ origin, distance }) => [origin, distance])),
    delays: sums(
      flights.filter(({ delay }) => delay >= 15).map(({ date, delay }) => [date.split(' ')[0] ?? '', delay]),
    ),
  }
}

const show = (figures: Figures | undefined): string =>
  figures === undefined ? 'nothing' : `${figures.flights} flights with ${figures.amount}`

/** Names every figure of a table that is not that of the file. */
export const differences = (
  table: string,
  stored: ReadonlyMap<string, Figures>,
  expected: ReadonlyMap<string, Figures>,
): string[] =>
  [...new Set([...stored.keys(), ...expected.keys()])]
    .map((id) => ({ id, is: show(stored.get(id)), should: show(expected.get(id)) }))
    .filter(({ is, should }) => is !== should)
    .map(({ id, is, should }) => `${table}: ${id} has ${is}, but the file ${should}`)
