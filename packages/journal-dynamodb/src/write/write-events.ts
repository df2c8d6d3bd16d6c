import { types } from 'node:util'
import {
  Attributes,
  checkKeyLength,
  type FencedInserts,
  type InsertOutcome,
  insertInTransaction,
  isLargerThan,
  itemSize,
  PARTITION_SIZE,
  partitionOf,
  RequestFailedError,
  type RequestOptions,
} from '@dynact/dynamodb'
import {
  type AbortOptions,
  type AtomicWrite,
  checkAtomicWrite,
  checkPersistenceId,
  FencedError,
  ItemTooLargeError,
  isPersistenceError,
  type PersistentRepr,
  type SerializedPayload,
  startAhead,
  WriteRejectedError,
  WriteUncertainError,
} from '@dynact/persistence'
import type { JournalContext } from '../journal-context.js'
import { raiseMark } from '../marks.js'
import { planWrite, type WriteStep } from './plan.js'
import { withTimes } from './with-times.js'

/** What writes are carried out with. */
export interface WriteParts {
  readonly context: JournalContext
  readonly inserts: FencedInserts
  /** Is told of every write that is stored. */
  readonly tell: (write: AtomicWrite) => void
}

/**
 * Stores the events of one atomic write, all or none, each put only where nothing is. Whatever is wrong with the events is
 * found before anything is sent.
 */
export const writeEvents = async (
  { context, inserts, tell }: WriteParts,
  given: AtomicWrite,
  { signal }: AbortOptions,
): Promise<void> => {
  signal?.throwIfAborted()
  const write = context.config.queries === undefined ? given : withTimes(given)
  const steps = await prepare(context, write)
  const { persistenceId, events } = write
  const options: RequestOptions = {
    signal,
    priority: 'write',
    purpose: `${persistenceId}: storing ${describeEvents(write)}`,
    persistenceId,
    sequenceNr: events[0]?.sequenceNr,
  }
  let mayBeStored = false
  try {
    for (const step of steps) {
      const outcome = await carryOut(context, inserts, persistenceId, step, options)
      mayBeStored ||= outcome.mayBeStored
      if (outcome.conflict !== undefined) throw fenced(write, outcome.conflict)
      if (outcome.failure !== undefined) throw failed(write, outcome.failure, mayBeStored)
    }
  } catch (error) {
    // Unless nothing was written, the end of the history is no longer known here.
    if (!(error instanceof WriteRejectedError)) context.tails.forget(persistenceId)
    throw error
  }
  const highest = events.at(-1)?.sequenceNr ?? 0
  context.tails.set(persistenceId, { highest, markedPartition: partitionOf(highest) })
  tell(write)
}

const describeEvents = ({ events }: AtomicWrite): string => {
  const [first, last] = [events[0]?.sequenceNr, events.at(-1)?.sequenceNr]
  return first === last ? `event ${first}` : `events ${first} to ${last}`
}

const prepare = async (context: JournalContext, write: AtomicWrite): Promise<WriteStep[]> => {
  const { config, tails } = context
  const { persistenceId, events } = write
  try {
    checkPersistenceId(persistenceId)
    checkKeyLength(config, persistenceId)
    checkAtomicWrite(write)
    const serialize = ({ payload, sequenceNr }: PersistentRepr) =>
      config.serialization.serialize(payload, { persistenceId, sequenceNr, kind: 'event' })
    const payloads: SerializedPayload[] = []
    for (const payload of startAhead(events, serialize))
      payloads.push(types.isPromise(payload) ? await payload : payload)
    const steps = planWrite(config, write, payloads, tails.get(persistenceId))
    for (const { items } of steps) for (const item of items) checkSize(config.maxItemSize, persistenceId, item)
    return steps
  } catch (cause) {
    if (cause instanceof WriteRejectedError || !isPersistenceError(cause)) throw cause
    const sequenceNr = cause.sequenceNr ?? events[0]?.sequenceNr
    throw new WriteRejectedError(`${cause.message} Nothing was written.`, { persistenceId, sequenceNr, cause })
  }
}

const checkSize = (limitBytes: number, persistenceId: string, item: WriteStep['items'][number]): void => {
  if (!isLargerThan(item, limitBytes)) return
  const sizeBytes = itemSize(item)
  const sequenceNr = Number(item[Attributes.SEQ]?.N)
  throw new ItemTooLargeError(
    `${persistenceId}: ${Attributes.PACKED_SIZE in item ? `the packed batch from event ${sequenceNr} on` : `event ${sequenceNr}`} needs ${sizeBytes} bytes, limit ${limitBytes}. Store large state elsewhere and persist a reference. Nothing was written.`,
    { persistenceId, sequenceNr, sizeBytes, limitBytes },
  )
}

/** Stores the items of one step and raises its marks, in parallel. */
const carryOut = (
  context: JournalContext,
  inserts: FencedInserts,
  persistenceId: string,
  { items, inTransaction, highMarks }: WriteStep,
  options: RequestOptions,
): Promise<InsertOutcome> => {
  const inserting = inTransaction
    ? insertInTransaction(context.requests, context.config.table, items, options)
    : inserts.insert(items, options)
  if (highMarks.length === 0) return inserting
  return withMarks(
    inserting,
    highMarks.map((mark) => raiseMark(context, 'SH', persistenceId, mark, options)),
  )
}

const withMarks = async (inserting: Promise<InsertOutcome>, marking: Promise<void>[]): Promise<InsertOutcome> => {
  const [inserted, marked] = await Promise.allSettled([inserting, Promise.all(marking)])
  if (inserted.status === 'rejected') throw inserted.reason
  if (marked.status === 'fulfilled') return inserted.value
  if (!(marked.reason instanceof RequestFailedError)) throw marked.reason
  // Without its mark the JVM plugins would not find the hundred: the write is not done before the mark is stored.
  return { failure: marked.reason, ...inserted.value }
}

const fenced = (
  { persistenceId, events }: AtomicWrite,
  stored: NonNullable<InsertOutcome['conflict']>,
): FencedError => {
  const num = Number(stored[Attributes.NUM]?.N)
  const partitionNr = Number(stored[Attributes.PAR]?.S?.split('-').at(-1))
  const sequenceNr = Number.isSafeInteger(num + partitionNr)
    ? partitionNr * PARTITION_SIZE + num
    : events[0]?.sequenceNr
  const writerUuid = stored[Attributes.WRITER_UUID]?.S ?? ''
  return new FencedError(
    `${persistenceId}: event ${sequenceNr} is stored already, by writer ${writerUuid || 'unknown'}: another actor with this id is alive, or a predecessor's last request came in late. Nothing was overwritten; recover before writing again.`,
    { persistenceId, sequenceNr, writerUuid },
  )
}

const failed = (
  { persistenceId, events }: AtomicWrite,
  cause: RequestFailedError,
  mayBeStored: boolean,
): WriteRejectedError | WriteUncertainError => {
  const facts = { persistenceId, sequenceNr: events[0]?.sequenceNr, cause }
  return mayBeStored
    ? new WriteUncertainError(`${cause.message} Whether it is stored is unknown: recover before writing again.`, facts)
    : new WriteRejectedError(`${cause.message} Nothing was written.`, facts)
}
