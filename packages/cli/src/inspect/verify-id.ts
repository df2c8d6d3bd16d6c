import { types } from 'node:util'
import {
  PARTITION_SIZE,
  partitionOf,
  type RequestOptions,
  type Requests,
  readJournalItem,
  type StoredEvent,
} from '@dynact/dynamodb'
import type { Anomaly, DynamoDBJournal } from '@dynact/journal-dynamodb'
import { isPersistenceError, type Serialization } from '@dynact/persistence'
import type { Finding } from './finding.js'
import { type MarkFault, markFaults, missingHighMark, readMarks } from './id-marks.js'
import { readHundred } from './read-hundred.js'
import { tolerantSerialization, Undecodable } from './tolerant-serialization.js'
import { type SnapshotSource, verifySnapshots } from './verify-snapshots.js'

/** What {@link verifyId} reads with. */
export interface VerifyContext {
  /** One that distrusts: it looks behind empty hundreds. */
  readonly journal: DynamoDBJournal
  readonly requests: Requests
  readonly serialization: Serialization | undefined
  /** `undefined`: only events are verified. */
  readonly snapshots: SnapshotSource | undefined
  readonly signal: AbortSignal
}

/** What is wrong with one id. */
export interface IdReport {
  readonly findings: readonly Finding[]
  /** Events that a recovery would deliver. */
  readonly events: number
  readonly snapshots: number
  readonly highestSequenceNr: number
  readonly markFaults: readonly MarkFault[]
  /** A high mark that is missing. */
  readonly missingMark: number | undefined
}

/**
 * Reads one id as a recovery does, and says what is wrong: the reader's own verdict on holes and torn batches, every payload
 * deserialized, every mark looked at, every snapshot loaded. Needs memory for a page of events, a snapshot, and for what it finds.
 */
export const verifyId = async (context: VerifyContext, persistenceId: string): Promise<IdReport> => {
  const findings: Finding[] = []
  const { events, highestSequenceNr } = await readAll(context, persistenceId, findings)
  const { journal, requests, signal } = context
  const options: RequestOptions = {
    signal,
    priority: 'feed',
    purpose: `${persistenceId}: reading its marks`,
    persistenceId,
  }
  const marks = await readMarks(requests, journal.config.table, journal.config, persistenceId, options)
  const faults = markFaults(marks, highestSequenceNr, journal.config.sequenceShards)
  for (const { mark, text } of faults) {
    const at = Number.isSafeInteger(mark.sequenceNr) ? mark.sequenceNr : 0
    findings.push({ kind: 'bad-mark', persistenceId, from: at, to: at, text })
  }
  const missingMark = missingHighMark(marks, highestSequenceNr)
  if (missingMark !== undefined) {
    const text = `there is no high mark for the hundred from ${missingMark} on: the JVM plugins would not find its events`
    findings.push({ kind: 'missing-mark', persistenceId, from: missingMark, to: highestSequenceNr, text })
  }
  findings.sort((a, b) => a.from - b.from)
  const verified =
    context.snapshots && (await verifySnapshots({ ...context, ...context.snapshots }, persistenceId, highestSequenceNr))
  findings.push(...(verified?.findings ?? []))
  const snapshots = verified?.snapshots ?? 0
  return { findings, events, snapshots, highestSequenceNr, markFaults: faults, missingMark }
}

const readAll = async (context: VerifyContext, persistenceId: string, findings: Finding[]) => {
  const { journal, signal } = context
  const onAnomaly = (anomaly: Anomaly) => {
    // The marks are looked at one by one.
    if (anomaly.kind !== 'bad-mark') findings.push(findingOf(anomaly))
  }
  let events = 0
  let lastSeen = 0
  for (let fromSequenceNr = 1; ; ) {
    const stored = journal.readStoredEvents(persistenceId, { fromSequenceNr }, { signal, priority: 'feed', onAnomaly })
    try {
      for (let page = await stored.next(); ; page = await stored.next()) {
        if (page.done === true) return { events, highestSequenceNr: page.value }
        events += page.value.length
        lastSeen = page.value.at(-1)?.sequenceNr ?? lastSeen
        for (const event of page.value) await decode(context, persistenceId, event, findings)
      }
    } catch (error) {
      // A damaged item stops every reader, and hides its whole page. It is told of, what stands before it there is looked at item by
      // item, and reading goes on behind it; or behind an event of a batch whose head is what is damaged.
      const damaged = isPersistenceError(error) && error.code === 'RECOVERY' ? error.sequenceNr : undefined
      if (damaged === undefined) throw error
      const isAhead = damaged >= fromSequenceNr
      const from = Math.max(fromSequenceNr, lastSeen + 1, isAhead ? partitionOf(damaged) * PARTITION_SIZE : 0)
      const to = isAhead ? damaged - 1 : from
      const read = await readUndamaged(context, persistenceId, from, to)
      events += read.length
      for (const event of read) await decode(context, persistenceId, event, findings)
      if (isAhead) {
        const { message: text } = error as Error
        findings.push({ kind: 'damaged-item', persistenceId, from: damaged, to: damaged, text })
      }
      fromSequenceNr = Math.max(to, isAhead ? damaged : 0) + 1
    }
  }
}

/** Events of one hundred, whose items are not damaged. */
const readUndamaged = async (context: VerifyContext, persistenceId: string, from: number, to: number) => {
  const { table } = context.journal.config
  const items = await readHundred(context, persistenceId, from, to)
  return items.flatMap((item) => readJournalItem(item, table, persistenceId, partitionOf(from)))
}

const findingOf = ({ kind, persistenceId, fromSequenceNr: from, toSequenceNr: to }: Anomaly): Finding => {
  const which = from === to ? `event ${from}` : `events ${from} to ${to}`
  const text =
    kind === 'gap'
      ? `${which}: nothing is there, and it was not deleted`
      : `${which}: part of a batch whose rest is not there; every reader leaves it out`
  return { kind, persistenceId, from, to, text }
}

const decode = async (
  { serialization }: VerifyContext,
  persistenceId: string,
  { sequenceNr, payload }: StoredEvent,
  findings: Finding[],
): Promise<void> => {
  const value = tolerantSerialization(serialization).deserialize(payload, { persistenceId, sequenceNr, kind: 'event' })
  const decoded = types.isPromise(value) ? await value : value
  if (decoded instanceof Undecodable)
    findings.push({ kind: 'undecodable', persistenceId, from: sequenceNr, to: sequenceNr, text: decoded.undecodable })
}
