import { readFile } from 'node:fs/promises'

/** One row of the file: a flight. */
export interface Flight {
  /** When it left: `2001/01/01 06:55`. Sorts by time. */
  readonly date: string
  readonly origin: string
  readonly destination: string
  /** How late it was, in minutes; negative when it was early. */
  readonly delay: number
  /** In miles. */
  readonly distance: number
}

/** A sample of 2,000 flights of three months. vega-datasets exports only its entry; the files lie beside the folder of that. */
export const flightsFile = new URL('../data/flights-2k.json', import.meta.resolve('vega-datasets'))

/** Names a flight among those of its airport, and sorts them: several may leave in one minute. */
export const nameOf = ({ date, destination }: Flight): string => `${date} to ${destination}`

/** The month that is taken in: more would say no more, and take longer. */
export const MONTH = '2001/01'

/** The flights of the month, by airport, in the order in which they left. */
export const readFlights = async (): Promise<ReadonlyMap<string, readonly Flight[]>> => {
  const flights: Flight[] = JSON.parse(await readFile(flightsFile, 'utf8'))
  const byOrigin = new Map<string, Flight[]>()
  const wanted = flights.filter(({ date }) => date.startsWith(MONTH))
  for (const flight of wanted.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)))
    byOrigin.set(flight.origin, [...(byOrigin.get(flight.origin) ?? []), flight])
  return byOrigin
}
