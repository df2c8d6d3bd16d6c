import {
  type DynamoDBReadJournal,
  eventsBySlicesSource,
  eventsByTagSource,
  type OffsetStore,
  type Projection,
  projection,
  type SlicedProjection,
  slicedProjection,
  sliceRanges,
} from '@dynact/query-dynamodb'
import type { FlightDeparted } from './airport.js'
import { counting, type ReadModel } from './read-model.js'

/** The two read models, in tables whose names begin with this. */
export const readModels = (prefix: string) => ({
  /** The flights that left each airport, and the miles they flew. */
  departures: {
    table: `${prefix}-departures`,
    keyOf: ({ origin }) => origin,
    amountOf: ({ distance }) => distance,
  } satisfies ReadModel,
  /** The flights of each day that were late, and the minutes that is. */
  delays: {
    table: `${prefix}-delays`,
    keyOf: ({ date }) => date.slice(0, '2001/01/01'.length),
    amountOf: ({ delay }) => delay,
  } satisfies ReadModel,
})

/** What the read models are kept up to date with. */
export interface TrackingParts {
  readonly readJournal: DynamoDBReadJournal
  readonly offsetStore: OffsetStore
  readonly models: ReturnType<typeof readModels>
}

/** Starts what keeps the read models up to date. Each goes on where the process before has come to. */
export const startTracking = ({
  readJournal,
  offsetStore,
  models,
}: TrackingParts): (Projection | SlicedProjection)[] => {
  // Up to 50 events go into one transaction, with the offset behind the last of them.
  const exactlyOnce = { offsetStore, delivery: 'exactly-once', group: { size: 50, withinMs: 100 } } as const
  return [
    projection({
      ...exactlyOnce,
      name: 'delays',
      source: eventsByTagSource<FlightDeparted>(readJournal, 'delayed'),
      handler: counting(models.delays),
    }),
    // Four instances, each for the airports in a quarter of the slices. They could as well run in four processes.
    slicedProjection({
      ...exactlyOnce,
      name: 'departures',
      ranges: sliceRanges(4),
      source: (range) => eventsBySlicesSource<FlightDeparted>(readJournal, 'Airport', range),
      handler: counting(models.departures),
    }),
  ]
}
