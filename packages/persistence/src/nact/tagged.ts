import type { Literal } from './literal.js'

/** An event with tags of its own, made by {@link tagged}. */
export class Tagged<E = unknown> {
  readonly event: E
  readonly tags: readonly string[]

  constructor(event: E, tags: readonly string[]) {
    this.event = event
    this.tags = tags
  }
}

/**
 * Gives one event of a `persistAll` tags of its own, beside those of the call and those of the actor's `tagger`.
 *
 * @example
 * ```ts
 * await ctx.persistAll([tagged(ordered, 'orders'), tagged(paid, 'orders', 'payments')])
 * ```
 */
export const tagged = <const E extends Literal | object>(event: E, ...tags: readonly string[]): Tagged<E> =>
  new Tagged(event, tags)
