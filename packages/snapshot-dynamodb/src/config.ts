import { deletedTimeToLive, ONE_CLIENT, storeOptions } from '@dynact/dynamodb'
import { z } from 'zod'
import type { OnUnreadable } from './on-unreadable.js'

const MIB = 1024 * 1024

const isOnUnreadable = (value: unknown): boolean => value === 'fail' || value === 'older' || typeof value === 'function'

const compressionOptions = z.strictObject({
  /** `none`, or zlib's deflate. A compressed snapshot can't be read by the JVM plugins. */
  algorithm: z.enum(['none', 'zlib']),
  /** States of fewer bytes are stored as they are. */
  minBytes: z.int().min(0).default(1_024),
  /** zlib's: 1 is the fastest, 9 the smallest. */
  level: z.int().min(1).max(9).default(6),
})

const splitOptions = z.strictObject({
  /** The largest state that is split, in bytes as they are stored: compressed, if they are. */
  maxBytes: z
    .int()
    .min(1)
    .max(256 * MIB)
    .default(16 * MIB),
})

const snapshotStoreOptions = {
  ...storeOptions('dynact-snapshot'),
  /**
   * How states are compressed: `'none'`, `'zlib'`, or `{ algorithm, minBytes, level }`. One that would not get smaller is stored
   * as it is. Every store reads both, whichever it writes; the JVM plugins can't read a compressed one.
   */
  compression: z
    .union([z.enum(['none', 'zlib']), compressionOptions], "must be 'none', 'zlib' or { algorithm, minBytes, level }")
    .default('none')
    .transform((given) => (typeof given === 'string' ? compressionOptions.parse({ algorithm: given }) : given))
    .readonly(),
  /**
   * Store what is too large for one item in several: `true`, or `{ maxBytes }`. Every store reads and deletes them, whether it
   * writes them or not; the JVM plugins can't read them.
   */
  split: z
    .union([z.boolean(), splitOptions], 'must be true, false or { maxBytes }')
    .default(false)
    .transform((given) => (given === true ? splitOptions.parse({}) : given))
    .readonly(),
  /**
   * How long DynamoDB keeps snapshots that were deleted, in milliseconds, for an operator who wants them back; the table needs its
   * time to live on `expiry`. Those in parts are not kept. The JVM plugins take kept ones for snapshots that are there. Left out:
   * not at all.
   */
  deletedTimeToLiveMs: deletedTimeToLive.optional(),
  /**
   * What a load does when the snapshot that it has found can't be read: `'fail'`, or take the next `'older'` one, or none, with a
   * warning in the log (without a logger, from the process). A function is told, and decides. What could not be read from
   * DynamoDB at all always fails.
   *
   * Choose `'older'` only where every older snapshot finds the events after it, and a full replay finds all events, that is, where
   * events are not deleted: a state that lacks events is wrong without anybody noticing.
   */
  onUnreadable: z
    .custom<OnUnreadable>(isOnUnreadable, {
      error: "must be 'fail', 'older' or a function that returns one of them",
      abort: false, // or other mistakes would not be named
    })
    .default('fail'),
} as const

/** Options of {@link dynamoDBSnapshotStore}. */
export const snapshotStoreConfigSchema = z.strictObject(snapshotStoreOptions).refine(...ONE_CLIENT)

/** Options of the snapshot store's table functions: those of the store, so that one object serves both. */
export const snapshotTableConfigSchema = z.strictObject(snapshotStoreOptions)

/** What {@link dynamoDBSnapshotStore} takes. */
export type SnapshotStoreConfig = z.input<typeof snapshotStoreConfigSchema>
/** The same with every default filled in. */
export type ResolvedSnapshotStoreConfig = Readonly<z.output<typeof snapshotStoreConfigSchema>>
/** What the snapshot store's table functions take. */
export type SnapshotTableConfig = z.input<typeof snapshotTableConfigSchema>
