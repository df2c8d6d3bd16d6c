import { Effect, type EventSourcedBehavior } from '@dynact/persistence'
import type { Ref } from 'nact'
import { type Flight, nameOf } from './flights.js'

/** A flight has left; `replyTo` is told, when that is stored, whether it was new. */
export interface Depart {
  readonly flight: Flight
  readonly replyTo: Ref<boolean>
}

/** The event that is stored. */
export interface FlightDeparted extends Flight {
  readonly type: 'flight-departed'
}

/** By the rules of the statistics that the file is from, so many minutes are late. */
const LATE_MINUTES = 15

/** The flights that leave an airport: an event-sourced actor, whose state is the name of the last one. */
export const airport = (code: string): EventSourcedBehavior<string, Depart, FlightDeparted> => ({
  persistenceId: `Airport|${code}`,
  initialState: '',
  onCommand: (last, { flight, replyTo }) =>
    // Whoever was left without an answer sends the flight again.
    nameOf(flight) <= last
      ? Effect.reply(replyTo, false)
      : Effect.persist({ type: 'flight-departed' as const, ...flight }).thenReply(replyTo, () => true),
  onEvent: (_last, flight) => nameOf(flight),
  tagger: ({ delay }) => (delay >= LATE_MINUTES ? ['delayed'] : []),
})
