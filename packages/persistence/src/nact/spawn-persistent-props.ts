import type { PersistentActorProps, Ref } from 'nact'
import { z } from 'zod'
import type { EventAdapter } from '../serialization/event-adapter.js'
import { editDistance } from './edit-distance.js'
import type { PersistenceEngine } from './engine.js'
import { hasMethods } from './engine.js'
import { engineSchema } from './engine-of-actor.js'
import { type Recovery, recoverySchema } from './recovery-options.js'

/**
 * Options of `spawnPersistent`: nact's, and dynact's own. As with nact, `null` is as good as left out, and so is whatever is
 * falsy for `shutdownAfter` and `snapshotEvery`; a key that nobody knows is ignored, unless it looks like a misspelt one of
 * dynact's own (`eventAdaptor`): to ignore that could cost data.
 */
export type SpawnPersistentProps<State, Msg, ParentRef extends Ref<unknown> = Ref<unknown>> = PersistentActorProps<
  State,
  Msg,
  ParentRef
> & {
  /**
   * What a recovery reads.
   * @defaultValue the newest snapshot and all events after it
   */
  readonly recovery?: Recovery
  /**
   * Where this actor is stored: an engine, or the name of one of the system's.
   * @defaultValue the system's engine
   */
  readonly engine?: string | PersistenceEngine
  /** Stands between the actor's events and those in the journal, in place of `encoder` and `decoder`. */
  readonly eventAdapter?: EventAdapter<Msg>
  /** Gives tags to every event persisted, beside those of the call. */
  readonly tagger?: (event: Msg) => Iterable<string>
  /**
   * How many snapshots to keep; older ones are deleted when one has been saved. The first time this costs as many reads as
   * snapshots are kept beside the new one.
   * @defaultValue all
   */
  readonly keepSnapshots?: number
}

/** An optional function. */
export const functionSchema = z
  .custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'a function is needed here')
  .optional()

/** An optional {@link EventAdapter}. */
export const eventAdapterSchema = z
  .custom<EventAdapter<unknown>>(
    (value) => hasMethods(value, ['toJournal', 'fromJournal']),
    'an EventAdapter is needed here: { toJournal(event), fromJournal(payload, manifest), manifest?(event) }',
  )
  .optional()

/** How many snapshots to keep. */
export const keepSchema = z.int().positive().optional()

/** nact reads whatever is falsy as none, and `Infinity` is none too. */
const amountSchema = z.preprocess(
  (value) => value || undefined,
  z.custom<number>((value) => typeof value === 'number' && value > 0, 'a positive number is needed here').optional(),
)

/** `null` is as good as left out. */
const orNull = <S extends z.ZodType>(schema: S) => z.preprocess((value) => value ?? undefined, schema)

const nactsProps = {
  /** Milliseconds without a message after which the actor stops. */
  shutdownAfter: amountSchema,
  onCrash: orNull(functionSchema),
  initialState: z.unknown().optional(),
  initialStateFunc: orNull(functionSchema),
  afterStop: orNull(functionSchema),
  /** Events between two snapshots. */
  snapshotEvery: amountSchema,
  snapshotEncoder: orNull(functionSchema),
  snapshotDecoder: orNull(functionSchema),
  encoder: orNull(functionSchema),
  decoder: orNull(functionSchema),
}

const ownProps = {
  engine: orNull(engineSchema),
  tagger: orNull(functionSchema),
  recovery: orNull(recoverySchema),
  eventAdapter: orNull(eventAdapterSchema),
  keepSnapshots: orNull(keepSchema),
}

/** A prop that nobody knows and that looks like one of dynact's own is refused, with the name that was perhaps meant. */
const misspelt = (props: unknown): Readonly<Record<string, z.ZodType>> => {
  const refusals: Record<string, z.ZodType> = {}
  for (const key of Object.keys(props ?? {})) {
    if (key in nactsProps || key in ownProps) continue
    // One slip in a short name, two in a long one: `logger` is no `tagger`.
    const isMeant = (own: string) => editDistance(key.toLowerCase(), own.toLowerCase()) <= (own.length < 8 ? 1 : 2)
    const meant = Object.keys(ownProps).find(isMeant)
    if (meant !== undefined) refusals[key] = z.never({ error: `there is no such prop; was ${meant} meant?` })
  }
  return refusals
}

const knownProps = z.looseObject({ ...nactsProps, ...ownProps })

const withRules = <S extends typeof knownProps>(schema: S) =>
  schema.refine(({ eventAdapter, encoder, decoder }) => eventAdapter === undefined || !(encoder || decoder), {
    path: ['eventAdapter'],
    error: 'takes the place of encoder and decoder: give one or the other',
  })

const knownSchema = withRules(knownProps)

/** Checks {@link SpawnPersistentProps}. */
export const propsSchema = (props: unknown): typeof knownSchema => {
  const refusals = misspelt(props)
  if (Object.keys(refusals).length === 0) return knownSchema
  return withRules(knownProps.extend(refusals) as unknown as typeof knownProps)
}
