import { ABANDONED_PART_SET_MS, partSetPages, type RequestOptions, type Requests } from '@dynact/dynamodb'
import type { DynamoDBJournal } from '@dynact/journal-dynamodb'
import { isPersistenceError } from '@dynact/persistence'
import type { DynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import type { Finding } from './finding.js'
import { Undecodable } from './tolerant-serialization.js'

/** Where snapshots are read. */
export interface SnapshotSource {
  /** With a tolerant serialization. */
  readonly store: DynamoDBSnapshotStore
  /** To its table. */
  readonly requests: Requests
}

/** What {@link verifySnapshots} reads with. */
export interface SnapshotVerifyContext extends SnapshotSource {
  readonly journal: DynamoDBJournal
  readonly signal: AbortSignal
}

/**
 * Loads every snapshot of an id as an actor would, latest first, and looks at the records of sets of parts. Reads each snapshot once,
 * with its parts; in memory is one of them.
 *
 * @param highestSequenceNr - of the id's events.
 */
export const verifySnapshots = async (
  context: SnapshotVerifyContext,
  persistenceId: string,
  highestSequenceNr: number,
): Promise<{ readonly findings: readonly Finding[]; readonly snapshots: number }> => {
  const { journal, store, signal } = context
  const findings: Finding[] = []
  let snapshots = 0
  for (let maxSequenceNr = Number.MAX_SAFE_INTEGER; maxSequenceNr >= 0; ) {
    try {
      const found = await store.loadSnapshot(persistenceId, { maxSequenceNr }, { signal })
      if (found === undefined) break
      const { sequenceNr } = found.metadata
      snapshots++
      const at = { persistenceId, from: sequenceNr, to: sequenceNr }
      if (found.snapshot instanceof Undecodable)
        findings.push({ kind: 'undecodable-snapshot', ...at, text: found.snapshot.undecodable })
      if (sequenceNr > highestSequenceNr) {
        // A writer may have stored both since the events were read.
        const highest = await journal.readHighestSequenceNr(persistenceId, 0, { signal, priority: 'feed' })
        const text = `the snapshot at ${sequenceNr} covers events that are not there: the highest number in use is ${highest}`
        if (sequenceNr > highest) findings.push({ kind: 'snapshot-ahead', ...at, text })
      }
      maxSequenceNr = sequenceNr - 1
    } catch (error) {
      // What could not be read from DynamoDB, or deserialized just now, says nothing about what is stored.
      const damaged = isPersistenceError(error) && error.code === 'RECOVERY' ? error.sequenceNr : undefined
      if (damaged === undefined) throw error
      const { message: text } = error as Error
      findings.push({ kind: 'damaged-snapshot', persistenceId, from: damaged, to: damaged, text })
      snapshots++
      // The key of a damaged one may lie between two numbers.
      maxSequenceNr = Math.ceil(damaged) - 1
    }
  }
  for await (const finding of abandonedSets(context, persistenceId)) findings.push(finding)
  return { findings: findings.sort((a, b) => a.from - b.from), snapshots }
}

/** Sets of parts that a crash, or a deletion that failed, has left behind. */
async function* abandonedSets(
  { store: { config }, requests, signal }: SnapshotVerifyContext,
  persistenceId: string,
): AsyncGenerator<Finding, void> {
  const options: RequestOptions = {
    signal,
    priority: 'feed',
    purpose: `${persistenceId}: looking for parts of snapshots`,
    persistenceId,
  }
  for await (const { sets, inUse, errors } of partSetPages(requests, config, persistenceId, options)) {
    for (const { message: text } of errors) yield { kind: 'orphaned-parts', persistenceId, from: 0, to: 0, text }
    for (const found of sets) {
      const { set, of, state, count, begunAt } = found
      const isYoung = Date.now() - begunAt < ABANDONED_PART_SET_MS
      if (state === 'done' ? inUse.has(found) : isYoung) continue
      const why = state === 'done' ? 'which was deleted or replaced' : 'which was not stored in full'
      const text = `up to ${count} parts (set ${set}) are left of a snapshot at ${of.sequenceNr}, ${why}: the next deletion of its snapshots, or the next snapshot in parts, removes them`
      yield { kind: 'orphaned-parts', persistenceId, from: of.sequenceNr, to: of.sequenceNr, text }
    }
  }
}
