import type { StoredEvent } from '@dynact/dynamodb'

/** What of an atomic write is visible, in order: all of it, but for events that were deleted from its beginning. */
export type StoredWrite = readonly [StoredEvent, ...StoredEvent[]]

/** Cuts a list of visible events, as a journal reads them, into atomic writes. Pure. */
export function* storedWrites(events: readonly StoredEvent[]): Generator<StoredWrite, void> {
  let open: StoredEvent[] = []
  for (const event of events) {
    open.push(event)
    if (event.index < event.lastIndex) continue
    yield open as unknown as StoredWrite
    open = []
  }
}
