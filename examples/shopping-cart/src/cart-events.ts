import { type EventAdapter, zodEventAdapter } from '@dynact/persistence'
import { z } from 'zod'
import type { Version1 } from './version-1.js'

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

const cartEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('item-added'),
    sku: z.string(),
    quantity: z.int().positive(),
    cents: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('item-removed'), sku: z.string() }),
  z.strictObject({ type: z.literal('checked-out'), at: isoDate }),
])

/** What happened to a cart. */
export type CartEvent = z.output<typeof cartEventSchema>

/** An event as it is stored: dates are texts. */
type StoredEvent = z.input<typeof cartEventSchema>

/** Today's events carry the manifest `v2`; those of version 1 are split, renamed and dropped when they are read. */
const versions: EventAdapter<StoredEvent> = {
  manifest: () => 'v2',
  toJournal: (event) => event,
  fromJournal: (stored, manifest) => {
    if (manifest === 'v2') return stored as StoredEvent
    const old = stored as Version1
    if (old.kind === 'looked-at') return []
    return old.skus.map((sku) => ({ type: 'item-added' as const, sku, quantity: 1, cents: old.cents }))
  },
}

/** Checks every event, before it is written and after it has been read. */
export const cartEvents = zodEventAdapter(cartEventSchema, versions)
