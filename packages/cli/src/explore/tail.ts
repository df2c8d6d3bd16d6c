import type { EventEnvelope, QueryStream } from '@dynact/query-dynamodb'
import { timeText } from '../event-record.js'
import type { TailEntry } from '../page/protocol.js'
import type { Explorer } from './explorer.js'
import { previewOf } from './shown-value.js'

/** Which events are followed: those of an id, those with a tag, or those of a range of slices. */
export type TailSource =
  | { readonly id: string }
  | { readonly tag: string }
  | { readonly minSlice: number; readonly maxSlice: number }

/** Events from now on, as they are written: what is written after this has resolved is among them. */
export const tail = async (
  explorer: Explorer,
  source: TailSource,
  signal: AbortSignal,
): Promise<AsyncIterable<TailEntry>> => entriesOf(await opened(explorer, source, signal))

async function* entriesOf(stream: QueryStream<EventEnvelope>): AsyncGenerator<TailEntry, void> {
  for await (const { persistenceId, sequenceNr, timestamp, tags, event } of stream)
    yield { persistenceId, sequenceNr, time: timeText(timestamp), tags, preview: previewOf(event) }
}

const opened = async (
  { readJournal, journal }: Explorer,
  source: TailSource,
  signal: AbortSignal,
): Promise<QueryStream<EventEnvelope>> => {
  if ('id' in source) {
    const highest = await journal.readHighestSequenceNr(source.id, 0, { signal, priority: 'feed' })
    return readJournal.eventsByPersistenceId(source.id, highest + 1, undefined, { signal })
  }
  const now = { timestamp: Date.now(), seen: {} }
  return 'tag' in source
    ? readJournal.eventsByTag(source.tag, now, { signal })
    : readJournal.eventsBySlices(undefined, source.minSlice, source.maxSlice, now, { signal })
}
