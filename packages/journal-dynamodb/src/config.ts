import {
  connectionOptions,
  hasOneClient,
  isOneClientCheckable,
  journalNameSchema,
  MAX_ITEM_BYTES,
  ONE_CLIENT,
  tableNameSchema,
} from '@dynact/dynamodb'
import { type Serialization, serialization } from '@dynact/persistence'
import { z } from 'zod'
import type { Anomaly } from './anomaly.js'

const isSerialization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'serialize' in value && 'deserialize' in value
const isFunction = (value: unknown): boolean => typeof value === 'function'

const journalOptions = {
  ...connectionOptions,
  /** Name of the table. */
  table: tableNameSchema.default('dynact-journal'),
  /** Prefix of every key, the Akka and Pekko plugins' `journal-name`: several journals can share a table. */
  journalName: journalNameSchema.default('journal'),
  /** Over how many items the marks of one id are spread. Must be the same for all services on the table. */
  sequenceShards: z.int().min(1).max(1000).default(10),
  /** Turns events into bytes and back. */
  serialization: z
    .custom<Serialization>(isSerialization, 'must come from serialization(...)')
    .default(() => serialization()),
  /**
   * How the events of a batch are stored, all or none of them:
   * - `marked`: an item each, with its place in the batch; any size, at the cost of plain puts; what the JVM plugins write.
   * - `transaction`: the same items in one transaction: at most 100 events and 4 MiB, at twice the write units.
   * - `packed`: one item of at most 400 KB and 10,000 events: the least write units, but the JVM plugins can't read it.
   *
   * A journal reads all three, whichever it writes.
   */
  atomicWrites: z.enum(['marked', 'transaction', 'packed']).default('marked'),
  /** How many hundreds of a long history are read at once. */
  replayParallelism: z.int().min(1).max(64).default(4),
  /** What a replay does with sequence numbers that hold nothing: report them and go on, or fail. */
  onGap: z.enum(['report', 'fail']).default('report'),
  /** Is told of what no writer of ours leaves behind. */
  onAnomaly: z.custom<(anomaly: Anomaly) => void>(isFunction, 'must be a function').optional(),
  /** Look for events behind a hundred that holds nothing, in every recovery: for tables with faulty JVM writers. */
  distrust: z.boolean().default(false),
  /** The largest item that is sent, in bytes. */
  maxItemSize: z.int().min(1_000).max(MAX_ITEM_BYTES).default(MAX_ITEM_BYTES),
} as const

/** Options of {@link dynamoDBJournal}. */
export const journalConfigSchema = z
  .strictObject(journalOptions)
  .refine(hasOneClient, { message: ONE_CLIENT, path: ['client'], when: isOneClientCheckable })

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
