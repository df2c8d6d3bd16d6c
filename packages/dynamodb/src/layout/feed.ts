/**
 * The feed: a sparse index on events, in which they are found by time. Marks and stepping stones are not in it. Pure.
 */
import { SLICES } from './slice.js'

/** The shard of a slice: contiguous slices lie on contiguous shards. */
export const feedShardOf = (slice: number, shards: number): number => Math.floor((slice * shards) / SLICES)

/** Hash key of a shard. */
export const feedKey = (journalName: string, shard: number): string => `${journalName}-${shard}`
