import { z } from 'zod'
import type { SnapshotSelectionCriteria } from '../snapshot-store.js'

/** What a recovery reads. Left out, each means: all there is. */
export interface RecoveryOptions {
  /**
   * Which snapshot to begin with: the newest that matches, or none (`false`).
   * @defaultValue the newest
   */
  readonly fromSnapshot?: SnapshotSelectionCriteria | false | undefined
  /**
   * Last sequence number to replay, inclusive: the state as it was then. Snapshots beyond it are not used, and a `persistAll`
   * that reaches beyond it is left out. 0 replays nothing.
   * @defaultValue no limit
   */
  readonly toSequenceNr?: number | undefined
  /**
   * How many stored events to replay at most.
   * @defaultValue no limit
   */
  readonly replayMax?: number | undefined
  /**
   * Recover although events have been deleted and no snapshot that covers them is found? The state then lacks them for good, and
   * new snapshots are made of it. Of use only with `snapshots: { deleteEvents: true }`: where that is not set, nothing is known
   * about what a deletion had to leave behind, and no recovery fails for it. With `fromSnapshot: false` none does either. Without it,
   * every recovery fails whose events are deleted while it reads them.
   * @defaultValue `false`: the recovery fails
   */
  readonly acceptDeletedEvents?: boolean | undefined
}

/**
 * The `recovery` of an actor. `'disabled'` reads neither snapshots nor events, only the highest sequence number: the actor
 * begins with its initial state and can persist.
 *
 * Whatever is left out, new events go behind all that are stored. An actor that has not replayed all of them saves no
 * snapshots, because these would lack what it did not see.
 */
export type Recovery = RecoveryOptions | 'disabled'

const limit = z.int().nonnegative().optional()
const bound = z.number().nonnegative().optional()

/** Checks a {@link Recovery}. */
export const recoverySchema = z
  .union(
    [
      z.literal('disabled'),
      z.strictObject({
        fromSnapshot: z
          .union([
            z.literal(false),
            z.strictObject({ minSequenceNr: bound, maxSequenceNr: bound, minTimestamp: bound, maxTimestamp: bound }),
          ])
          .optional(),
        toSequenceNr: limit,
        replayMax: limit,
        acceptDeletedEvents: z.boolean().optional(),
      }),
    ],
    {
      error:
        "'disabled' is needed here, or { fromSnapshot?: criteria | false, toSequenceNr?, replayMax?, acceptDeletedEvents? } with limits that are integers from 0 on",
    },
  )
  .optional()
