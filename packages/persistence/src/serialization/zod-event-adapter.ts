import type { z } from 'zod'
import type { EventAdapter } from './event-adapter.js'
import { zodCodec } from './zod-codec.js'

/**
 * Events guarded by a zod schema. An invalid one is refused before it is written (`WriteRejectedError`); a stored one that is
 * invalid fails the recovery (`RecoveryError`). Both name the path of every mistake. zod codecs are stored encoded.
 *
 * @param schema - without asynchronous refinements and one-way transforms, which can't be undone.
 * @param inner - stands between the checked events and the journal: it upcasts before what was stored is checked.
 * @example
 * ```ts
 * const Deposited = z.object({ type: z.literal('deposited'), cents: z.int().positive() })
 * const account = spawnEventSourced(system, { ...behavior, eventAdapter: zodEventAdapter(Deposited) })
 * ```
 */
export const zodEventAdapter = <Schema extends z.ZodType>(
  schema: Schema,
  inner: EventAdapter<z.input<Schema>> = {
    toJournal: (event) => event,
    fromJournal: (payload) => [payload as z.input<Schema>],
  },
): EventAdapter<z.output<Schema>> => {
  const { encode, decode } = zodCodec(schema)
  return {
    manifest: (event) => inner.manifest?.(encode(event) as z.input<Schema>) ?? '',
    toJournal: (event) => inner.toJournal(encode(event) as z.input<Schema>),
    fromJournal: (payload, manifest) => {
      const stored = inner.fromJournal(payload, manifest)
      return (Array.isArray(stored) ? stored : [stored]).map(decode) as z.output<Schema>[]
    },
  }
}
