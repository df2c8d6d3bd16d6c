// @ts-check
// All benchmarks, in the order of the results.
import { batches } from './work/batches.js'
import { growth } from './work/growth.js'
import { imports } from './work/imports.js'
import { peers } from './work/peers.js'
import { persist } from './work/persist.js'
import { queries } from './work/queries.js'
import { recovery } from './work/recovery.js'
import { replay } from './work/replay.js'
import { snapshots } from './work/snapshots.js'

/** @type {readonly import('./framework/row.js').Bench[]} */
export const benches = [persist, peers, batches, recovery, replay, snapshots, queries, imports, growth]
