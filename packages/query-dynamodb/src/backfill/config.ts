import { ONE_CLIENT, queriesSchema, retrySchema, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'
import type { BackfillProgress } from './backfill-error.js'

const { serialization: _serialization, maxItemSize: _maxItemSize, ...options } = storeOptions('dynact-journal')
const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Options of {@link backfillFeed}. */
export const backfillConfigSchema = z
  .strictObject({
    ...options,
    /** Patient by default: it shares the table with those who work on it, and waits while it is throttled. */
    retry: retrySchema.prefault({ attemptMs: 10_000, totalMs: 60_000, baseMs: 50, maxMs: 5_000 }),
    /** How the journal writes the feed index: the same object as there. */
    queries: queriesSchema.prefault({}),
    /** How many hundreds of events are worked on at once. */
    parallelism: z.int().min(1).max(1_000).default(8),
    /** The cursor of an earlier run, to go on there. */
    from: z.string().optional(),
    /** Ends it: it rejects with the signal's reason. */
    signal: z.instanceof(AbortSignal).optional(),
    /** Is told after every page. */
    onProgress: z.custom<(progress: BackfillProgress) => void>(isFunction, 'must be a function').optional(),
  })
  .refine(...ONE_CLIENT)

/** What {@link backfillFeed} takes. */
export type BackfillConfig = z.input<typeof backfillConfigSchema>
/** The same with every default filled in. */
export type ResolvedBackfillConfig = Readonly<z.output<typeof backfillConfigSchema>>
