import type { Offset } from '@dynact/persistence'
import type { SliceRange } from '../slice-ranges.js'
import { type Projection, projection } from './projection.js'
import type { Delivery, GroupOptions, ProjectionOptions, ProjectionSource } from './projection-options.js'

/** What {@link slicedProjection} takes. */
export interface SlicedProjectionOptions<
  E = unknown,
  G extends GroupOptions | undefined = undefined,
  D extends Delivery = 'at-least-once',
> extends Omit<ProjectionOptions<E, G, D>, 'source'> {
  /** `sliceRanges(n)`, or those of them that this process is to run. */
  readonly ranges: readonly SliceRange[]
  /** The source of one range: `(range) => eventsBySlicesSource(readJournal, 'Order', range)`. */
  readonly source: (range: SliceRange) => ProjectionSource<E>
}

/** Instances of a projection, one for each range of slices. */
export interface SlicedProjection extends AsyncDisposable {
  /** Named `<name>-<min>-<max>`. */
  readonly instances: readonly Projection[]
  /** Resolves when all have ended; rejects as soon as one has failed for good. The others go on. */
  readonly done: Promise<void>
  stop(): Promise<void>
  pause(): Promise<void>
  resume(): void
  rebuild(offset?: Offset): Promise<void>
}

/**
 * Runs a projection in parallel, an instance for each range of slices: all events of an id are in one range, and in order there.
 * The stored offsets belong to the ranges: with other ranges the projection begins at the beginning.
 *
 * @throws {@link ConfigError} options that are not usable; the message names every mistake.
 */
export const slicedProjection = <
  E = unknown,
  G extends GroupOptions | undefined = undefined,
  D extends Delivery = 'at-least-once',
>(
  options: SlicedProjectionOptions<E, G, D>,
): SlicedProjection => {
  const { ranges, source, name, ...rest } = options
  const instances = ranges.map((range) =>
    projection<E, G, D>({ ...rest, name: `${name}-${range.min}-${range.max}`, source: source(range) }),
  )
  const all = async (what: (one: Projection) => Promise<void>): Promise<void> => {
    await Promise.all(instances.map(what))
  }
  const done = all((one) => one.done)
  if (options.onStatus !== undefined) done.catch(() => undefined)
  const stop = () => all((one) => one.stop())
  return {
    instances,
    done,
    stop,
    pause: () => all((one) => one.pause()),
    resume: () => {
      for (const one of instances) one.resume()
    },
    rebuild: (offset) => all((one) => one.rebuild(offset)),
    [Symbol.asyncDispose]: stop,
  }
}
