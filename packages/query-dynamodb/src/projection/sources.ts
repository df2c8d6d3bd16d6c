import type { ReadJournal } from '@dynact/persistence'
import type { SliceRange } from '../slice-ranges.js'
import type { ProjectionSource } from './projection-options.js'

/** The live events of a type of entities in a range of slices, as a source: see {@link ReadJournal.eventsBySlices}. */
export const eventsBySlicesSource =
  <E = unknown>(
    readJournal: Pick<ReadJournal, 'eventsBySlices'>,
    entityType: string | undefined,
    { min, max }: SliceRange,
  ): ProjectionSource<E> =>
  (offset, options) =>
    readJournal.eventsBySlices<E>(entityType, min, max, offset, options)

/** The live events with a tag, as a source: see {@link ReadJournal.eventsByTag}. */
export const eventsByTagSource =
  <E = unknown>(readJournal: Pick<ReadJournal, 'eventsByTag'>, tag: string): ProjectionSource<E> =>
  (offset, options) =>
    readJournal.eventsByTag<E>(tag, offset, options)
