import type { Ref } from 'nact'
import type { Literal } from './literal.js'
import type { Tagged } from './tagged.js'

/** What happens when the events of an effect are stored and applied. */
export type SideEffect<State> =
  | { readonly kind: 'run'; readonly run: (state: State) => void | Promise<void> }
  | { readonly kind: 'reply'; readonly to: Ref<unknown>; readonly message: (state: State) => unknown }
  | { readonly kind: 'stop' }

/**
 * What a command leads to: events to store, then side effects in their order. A description only, made by {@link Effect} and
 * carried out when `onCommand` has returned it. Side effects run once, after the events are stored and applied; never in a
 * recovery, and not at all if the events could not be stored.
 */
export interface Effect<in State, out Event> {
  /** Stored all or none. */
  readonly events: readonly (Event | Tagged<Event>)[]
  readonly isSnapshot: boolean
  readonly sideEffects: readonly SideEffect<State>[]
  /**
   * Then calls `run` with the state that the events led to, and waits for what it returns. What it throws is a crash of the
   * actor; the events stay stored.
   */
  thenRun<S extends State>(run: (state: S) => void | Promise<void>): Effect<S, Event>
  /** Then sends a message, made of the state that the events led to. */
  thenReply<Reply, S extends State = State>(to: Ref<Reply>, message: (state: S) => NoInfer<Reply>): Effect<S, Event>
  /** Then stops the actor. Messages that wait are lost, as with nact's `stop`. */
  thenStop(): Effect<State, Event>
}

class EffectDescription<State, Event> implements Effect<State, Event> {
  readonly events: readonly (Event | Tagged<Event>)[]
  readonly isSnapshot: boolean
  readonly sideEffects: readonly SideEffect<State>[]

  constructor(
    events: readonly (Event | Tagged<Event>)[],
    { isSnapshot = false, sideEffects = [] }: Partial<Pick<Effect<State, Event>, 'isSnapshot' | 'sideEffects'>> = {},
  ) {
    this.events = events
    this.isSnapshot = isSnapshot
    this.sideEffects = sideEffects
  }

  thenRun<S extends State>(run: (state: S) => void | Promise<void>): Effect<S, Event> {
    return this.#then<S>({ kind: 'run', run })
  }

  thenReply<Reply, S extends State = State>(to: Ref<Reply>, message: (state: S) => NoInfer<Reply>): Effect<S, Event> {
    return this.#then<S>({ kind: 'reply', to, message })
  }

  thenStop(): Effect<State, Event> {
    return this.#then({ kind: 'stop' })
  }

  #then<S extends State>(next: SideEffect<S>): Effect<S, Event> {
    const { events, isSnapshot, sideEffects } = this
    return new EffectDescription<S, Event>(events, { isSnapshot, sideEffects: [...sideEffects, next] })
  }
}

/** The event that is given, with tags or without. */
type Untagged<Given> = Given extends Tagged<infer Event> ? Event : Given

// The state of a new effect is `any`: the callbacks added to it say, or learn from `onCommand`, what it is.
// biome-ignore-start lint/suspicious/noExplicitAny: see above.
const persisting = <Event>(events: Iterable<unknown>): Effect<any, Event> =>
  new EffectDescription<any, Event>([...events] as Event[])

/** Makes the effects of commands. */
export const Effect = {
  /** Stores the events, all or none, each perhaps {@link tagged}; then applies them. */
  persist: <const Given extends readonly (Literal | object)[]>(
    ...events: Given
  ): Effect<any, Untagged<Given[number]>> => persisting(events),

  /** As `persist`, of a list. */
  persistAll: <Given>(events: Iterable<Given>): Effect<any, Untagged<Given>> => persisting(events),

  /** Stores nothing. */
  none: (): Effect<any, never> => new EffectDescription<any, never>([]),

  /** Stores nothing and sends a message. */
  reply: <Reply>(to: Ref<Reply>, message: NoInfer<Reply>): Effect<any, never> =>
    new EffectDescription<any, never>([]).thenReply(to, () => message),

  /** Stops the actor. */
  stop: (): Effect<any, never> => new EffectDescription<any, never>([]).thenStop(),

  /** Has a snapshot saved of the state as it is. Commands do not wait for it; a failure is reported. */
  snapshot: (): Effect<any, never> => new EffectDescription<any, never>([], { isSnapshot: true }),
}
// biome-ignore-end lint/suspicious/noExplicitAny: see above.

/** Is this an effect? By shape, so that it holds across duplicate installs too. */
export const isEffect = (value: unknown): value is Effect<unknown, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as Effect<unknown, unknown>).events) &&
  Array.isArray((value as Effect<unknown, unknown>).sideEffects)
