import { ONE_CLIENT, pokesSchema, queriesSchema, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'
import type { OnUnreadable } from './on-unreadable.js'

const durationMs = z.number().min(1).max(3_600_000)
const isOnUnreadable = (value: unknown): boolean => value === 'fail' || value === 'skip' || typeof value === 'function'

const { maxItemSize: _, ...options } = storeOptions('dynact-journal')

/** Options of {@link dynamoDBReadJournal}. */
export const readJournalConfigSchema = z
  .strictObject({
    ...options,
    /** Over how many items the marks of one id are spread: as the journal has it. */
    sequenceShards: z.int().min(1).max(1000).default(10),
    /** How the journal writes the feed index: the same object as there. */
    queries: queriesSchema.prefault({}),
    /** How long a live query waits before it looks for what other processes have written, in milliseconds. */
    refreshInterval: durationMs.default(1_000),
    /**
     * An event is visible in the feed index at most so many milliseconds after its timestamp: the index lags, clocks differ. What
     * lies further back is not read again. Offsets name the ids that were active so long.
     */
    backtrackingWindow: durationMs.default(120_000),
    /**
     * Of so many ids a stream keeps how far they were read, at about 300 bytes each, besides all those that were active in the
     * window: knowing it spares a request when an id is met again.
     */
    maxIds: z.int().min(100).max(10_000_000).default(100_000),
    /** How many entries of the feed index, or ids, are read at once. */
    pageSize: z.int().min(1).max(10_000).default(500),
    /** How many hundreds of a long history are read at once; up to twice as many, the longer it turns out to be. */
    replayParallelism: z.int().min(1).max(64).default(4),
    /** The most of a history that is read ahead of who consumes it, in bytes of payload: never less than one request's. */
    readAhead: z
      .int()
      .min(1)
      .max(1024 * 1024 * 1024)
      .default(8 * 1024 * 1024),
    /**
     * What a stream by slices or by tag does at an item of the feed, or an event, that can't be read: `'fail'`, with an error that names
     * it, so that every such stream over its shard stops there; or `'skip'` it, and the batch that it is part of, for good, with a warning
     * in the log (without a logger, from the process). A function is told, once by each stream, and decides. What could not be read
     * from DynamoDB at all always fails.
     */
    onUnreadable: z
      .custom<OnUnreadable>(isOnUnreadable, {
        error: "must be 'fail', 'skip' or a function that returns one of them",
        abort: false, // or other mistakes would not be named
      })
      .default('fail'),
    /** Brings word of writes; as the journal has it. Left out: of those in this process. */
    pokes: pokesSchema.optional(),
  })
  .refine(...ONE_CLIENT)

/** What {@link dynamoDBReadJournal} takes. */
export type ReadJournalConfig = z.input<typeof readJournalConfigSchema>
/** The same with every default filled in. */
export type ResolvedReadJournalConfig = Readonly<z.output<typeof readJournalConfigSchema>>
