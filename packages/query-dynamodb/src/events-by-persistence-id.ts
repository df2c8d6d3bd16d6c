import { type EventEnvelope, eventEnvelope, type PersistentRepr, type SequenceOffset } from '@dynact/persistence'
import type { QueryContext } from './query-context.js'
import { WakeUp } from './stream/wake-up.js'

/** Which events of one id. */
export interface EventsOfId {
  readonly persistenceId: string
  readonly from: number
  readonly to: number
}

type Envelope<E> = EventEnvelope<E, SequenceOffset>

const envelope = <E>(repr: PersistentRepr): Envelope<E> => eventEnvelope(repr, () => ({ sequenceNr: repr.sequenceNr }))

/**
 * The events that are there. Gives the next number to read, and the highest in use.
 */
export async function* currentEventsOfId<E>(
  { journal }: QueryContext,
  { persistenceId, from, to }: EventsOfId,
  signal: AbortSignal,
  { startsAnywhere = true } = {},
): AsyncGenerator<Envelope<E>, { readonly next: number; readonly highest: number }> {
  const replay = journal.replayEvents(
    persistenceId,
    { fromSequenceNr: from, toSequenceNr: to },
    { signal, priority: 'feed', startsAnywhere },
  )
  let next = from
  for await (const repr of replay) {
    next = repr.sequenceNr + 1
    if (repr.deleted !== true) yield envelope<E>(repr)
  }
  return { next, highest: await replay.highestSequenceNr }
}

/** The events that are there, and from then on every new one, until `to` has been passed. */
export async function* liveEventsOfId<E>(
  context: QueryContext,
  events: EventsOfId,
  signal: AbortSignal,
): AsyncGenerator<Envelope<E>, void> {
  const wakeUp = new WakeUp()
  const unsubscribe = context.pokes.subscribe(({ persistenceId }) => {
    if (persistenceId === events.persistenceId) wakeUp.call()
  })
  try {
    for (let { from } = events, startsAnywhere = true; ; startsAnywhere = false) {
      const { next, highest } = yield* currentEventsOfId<E>(context, { ...events, from }, signal, { startsAnywhere })
      from = next
      // What is beyond the end of a history comes behind it: a batch that `to` cuts, or a gap at its end, is not waited for.
      if (from > events.to || highest > events.to) return
      await wakeUp.wait(context.config.refreshInterval, signal)
    }
  } finally {
    unsubscribe()
  }
}
