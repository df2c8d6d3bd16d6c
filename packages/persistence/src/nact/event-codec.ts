import type { EventAdapter } from '../serialization/event-adapter.js'
import { Tagged } from './tagged.js'

/** An event in the form in which a journal takes it. */
export interface EncodedEvent {
  readonly payload: unknown
  readonly manifest: string
  readonly tags: readonly string[]
}

/** Stands between the events of an actor and those in its journal. */
export interface EventCodec {
  encode(event: unknown): EncodedEvent
  /** The events that a stored one stands for; none if it is dropped. */
  decode(payload: unknown, manifest: string): readonly unknown[]
}

type Coder = (value: unknown) => unknown
const same: Coder = (value) => value

/** nact's encoder and decoder: one event for one. */
export const codecOfCoders = (encode: Coder = same, decode: Coder = same): EventCodec => ({
  encode: (event) => ({ payload: encode(event), manifest: '', tags: [] }),
  decode: (payload) => [decode(payload)],
})

/** An {@link EventAdapter}, which may tag, split and drop. */
const codecOfAdapter = (adapter: EventAdapter<unknown>): EventCodec => ({
  encode: (event) => {
    const manifest = adapter.manifest?.(event) ?? ''
    const adapted = adapter.toJournal(event)
    return adapted instanceof Tagged
      ? { payload: adapted.event, manifest, tags: adapted.tags }
      : { payload: adapted, manifest, tags: [] }
  },
  decode: (payload, manifest) => {
    const events = adapter.fromJournal(payload, manifest)
    return Array.isArray(events) ? events : [events]
  },
})

/** The codec of an actor with or without an {@link EventAdapter}; without one, events are stored as they are. */
export const eventCodec = (adapter: EventAdapter<unknown> | undefined): EventCodec =>
  adapter === undefined ? codecOfCoders() : codecOfAdapter(adapter)
