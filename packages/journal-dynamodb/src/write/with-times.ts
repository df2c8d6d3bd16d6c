import { type AtomicWrite, MonotonicTimestamps } from '@dynact/persistence'

/** The feed knows events by their time: those that have none get the present one. */
export const withTimes = (write: AtomicWrite): AtomicWrite => {
  if (write.events.every(({ timestamp }) => timestamp !== 0)) return write
  const timestamps = new MonotonicTimestamps()
  return {
    ...write,
    events: write.events.map((event) => ({
      ...event,
      timestamp: event.timestamp === 0 ? timestamps.next() : event.timestamp,
    })),
  }
}
