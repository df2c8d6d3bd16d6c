import type { StoredEvent } from '@dynact/dynamodb'
import type { EventDetail, EventState } from '../page/protocol.js'
import { decoded, eventEntry } from './event-entry.js'
import type { Explorer } from './explorer.js'
import { shownValue } from './shown-value.js'
import { isDamaged, storedItems } from './stored-items.js'
import { visibleEvents } from './visible-events.js'

/** How far back the event before is looked for. */
const LOOK_BACK = 100

/** One event with its payload, and the one before it that a recovery delivers; `undefined` if there is none of this number. */
export const eventDetail = async (
  explorer: Explorer,
  persistenceId: string,
  sequenceNr: number,
  signal: AbortSignal,
): Promise<EventDetail | undefined> => {
  const range = { from: Math.max(1, sequenceNr - LOOK_BACK), max: 1, through: sequenceNr }
  const { events, torn, failure } = await visibleEvents(explorer, persistenceId, range, signal)
  const visible = events.find((event) => event.sequenceNr === sequenceNr)
  const event = visible ?? (await hidden(explorer, persistenceId, sequenceNr, signal))
  if (event === undefined) return undefined
  const isTorn = torn.some(([first, last]) => first <= sequenceNr && sequenceNr <= last)
  const state: EventState = visible !== undefined ? 'visible' : failure !== undefined && !isTorn ? 'unjudged' : 'torn'
  const before = events.findLast((one) => one.sequenceNr < sequenceNr)
  const value = await decoded(explorer, persistenceId, event)
  return {
    entry: eventEntry(event, state, value),
    payload: shownValue(value),
    ...(before !== undefined && {
      previous: {
        sequenceNr: before.sequenceNr,
        payload: shownValue(await decoded(explorer, persistenceId, before)),
      },
    }),
  }
}

/** An event that no recovery delivers. */
const hidden = async (
  explorer: Explorer,
  persistenceId: string,
  sequenceNr: number,
  signal: AbortSignal,
): Promise<StoredEvent | undefined> => {
  const range = { from: sequenceNr, to: sequenceNr, max: 1 }
  const [thing] = await storedItems(explorer, persistenceId, range, signal)
  return thing === undefined || isDamaged(thing) ? undefined : thing
}
