import { deletedTimeToLive, ONE_CLIENT, pokesSchema, queriesSchema, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'
import type { Anomaly } from './anomaly.js'

const isFunction = (value: unknown): boolean => typeof value === 'function'

const journalOptions = {
  ...storeOptions('dynact-journal'),
  /** Over how many items the marks of one id are spread. Must be the same for all services on the table. */
  sequenceShards: z.int().min(1).max(1000).default(10),
  /**
   * How the events of a batch are stored, all or none of them:
   * - `marked`: an item each, with its place in the batch; any size, at the cost of plain puts; what the JVM plugins write.
   * - `transaction`: the same items in one transaction: at most 100 events and 4 MiB, at twice the write units.
   * - `packed`: one item of at most 400 KB and 10,000 events: the least write units, but the JVM plugins can't read it.
   *
   * A journal reads all three, whichever it writes.
   */
  atomicWrites: z.enum(['marked', 'transaction', 'packed']).default('marked'),
  /**
   * While every connection is taken, events of different actors share requests, at most `maxBatch` each, where that is faster;
   * each has its own outcome. Costs the same write units.
   */
  groupCommit: z
    .union([
      z.boolean(),
      z.strictObject({
        /** The most events of one request. */
        maxBatch: z.int().min(2).max(25).default(25),
      }),
    ])
    .default(true)
    .transform((given) => (typeof given === 'boolean' ? { maxBatch: given ? 25 : 1 } : given))
    .readonly(),
  /**
   * How long DynamoDB keeps events that were deleted, in milliseconds, for an operator who wants them back; the table needs its
   * time to live on `expiry`. Left out: not at all.
   */
  deletedTimeToLiveMs: deletedTimeToLive.optional(),
  /** How many hundreds of a long history are read at once; up to twice as many, the longer it turns out to be. */
  replayParallelism: z.int().min(1).max(64).default(4),
  /** The most of a history that is read ahead of who consumes it, in bytes of payload: never less than one request's. */
  readAhead: z
    .int()
    .min(1)
    .max(1024 * 1024 * 1024)
    .default(8 * 1024 * 1024),
  /**
   * What a replay does with sequence numbers that hold nothing: report them and go on, or fail. Those within a batch that was not
   * finished are none, unless visible events come behind it.
   */
  onGap: z.enum(['report', 'fail']).default('report'),
  /** Is told of what no writer of ours leaves behind. */
  onAnomaly: z.custom<(anomaly: Anomaly) => void>(isFunction, 'must be a function').optional(),
  /** Look for events behind a hundred that holds nothing, in every recovery: for tables with faulty JVM writers. */
  distrust: z.boolean().default(false),
  /**
   * Puts events into the feed index, for the queries by tag and by slices: costs write units (docs/queries.md), and the table
   * needs the index. Off when left out; `{}` has the defaults.
   */
  queries: queriesSchema.optional(),
  /** Carries the word of every acknowledged write to live queries. Left out: to those of this process. */
  pokes: pokesSchema.optional(),
  /** No pokes are sent while more events a second are written than this, on an exponentially weighted average. */
  pokeLimit: z
    .strictObject({
      /** Above this, none are sent. */
      eventsPerSecond: z.number().min(0).default(400),
      /** Time constant of the average, in milliseconds. */
      overMs: z.number().positive().default(10_000),
    })
    .readonly()
    .prefault({}),
} as const

/** Options of {@link dynamoDBJournal}. */
export const journalConfigSchema = z.strictObject(journalOptions).refine(...ONE_CLIENT)

/** Options of the journal's table functions: those of the journal, so that one object serves both, and what only a table has. */
export const journalTableConfigSchema = z.strictObject({
  ...journalOptions,
  /** Also make the Pekko plugin's index that lists ids. It costs one more write unit per event. */
  persistenceIdsIndex: z.boolean().default(false),
})

/** What {@link dynamoDBJournal} takes. */
export type JournalConfig = z.input<typeof journalConfigSchema>
/** The same with every default filled in. */
export type ResolvedJournalConfig = Readonly<z.output<typeof journalConfigSchema>>
/** What the journal's table functions take. */
export type JournalTableConfig = z.input<typeof journalTableConfigSchema>
