/**
 * Which items a write stores in which order. Pure.
 */
import {
  eventItem,
  type Item,
  inFeed,
  itemSize,
  MAX_PACKED_EVENTS,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_ITEMS,
  PARTITION_SIZE,
  packedItem,
  partitionOf,
  steppingStoneItem,
} from '@dynact/dynamodb'
import { type AtomicWrite, type PersistentRepr, type SerializedPayload, WriteRejectedError } from '@dynact/persistence'
import type { ResolvedJournalConfig } from '../config.js'
import type { Tail } from '../known-tails.js'
import { plugItem } from './plug-item.js'

/** What is sent together. Steps are carried out one after the other, no item of the next before all of this one are stored. */
export interface WriteStep {
  readonly items: readonly Item[]
  /** All items or none, at the service itself. */
  readonly inTransaction: boolean
  /** The high marks to raise along with them: of the hundred that comes next, or of this one, if events are in it already. */
  readonly highMarks: readonly number[]
}

/** The events of a write, at least one. */
type Events = readonly [PersistentRepr, ...PersistentRepr[]]

/** Stepping stones are one write each; nobody skips this many hundreds by accident. */
const MAX_STEPPING_STONES = 1000

/**
 * Says which items a write stores in which order.
 * @throws {@link WriteRejectedError} it exceeds what its mode can hold, or skips far too many sequence numbers.
 */
export const planWrite = (
  config: ResolvedJournalConfig,
  write: AtomicWrite,
  payloads: readonly SerializedPayload[],
  tail: Tail | undefined,
): WriteStep[] => {
  const [first, ...rest] = write.events
  if (first === undefined) return []
  const events: Events = [first, ...rest]
  const isMarked = (partitionNr: number) => partitionNr === 0 || tail?.markedPartition === partitionNr
  const step = (items: readonly Item[], partitionNrs: Iterable<number>, inTransaction = false): WriteStep => ({
    items,
    inTransaction,
    highMarks: [...partitionNrs].filter((nr) => !isMarked(nr)).map((nr) => nr * PARTITION_SIZE),
  })
  const stones = emptyHundreds(first, tail).map((nr) =>
    step([steppingStoneItem(config, first.persistenceId, nr * PARTITION_SIZE, first.writerUuid)], [nr]),
  )
  const plugs = plugsOf(config, first, tail)
  const stepsOf = STEPS_OF[events.length === 1 ? 'marked' : config.atomicWrites]
  return withMarksFirst(
    [...(plugs.length > 0 ? [step(plugs, [])] : []), ...stones, ...stepsOf(config, events, payloads, step)],
    tail,
  )
}

/**
 * Moves the mark of every hundred that the write enters one step ahead of its items. The JVM plugins find a hundred by its mark
 * only: items without it, which a crash would leave, are there to us and not to them, and they would write over them.
 */
const withMarksFirst = (steps: WriteStep[], tail: Tail | undefined): WriteStep[] => {
  if (steps.every(({ highMarks }) => highMarks.length === 0)) return steps
  const isEntered = (mark: number) => tail === undefined || partitionOf(tail.highest) !== partitionOf(mark)
  const before: WriteStep = { items: [], inTransaction: false, highMarks: [] }
  const moved = [before, ...steps].map((step, index, all) => ({
    ...step,
    highMarks: [
      ...step.highMarks.filter((mark) => !isEntered(mark)),
      ...(all[index + 1]?.highMarks ?? []).filter(isEntered),
    ],
  }))
  return moved.filter(({ items, highMarks }) => items.length > 0 || highMarks.length > 0)
}

type MakeStep = (items: readonly Item[], partitionNrs: Iterable<number>, inTransaction?: boolean) => WriteStep

/** With queries on, every event is in the feed; stepping stones and marks are not. */
const toStore = ({ queries, journalName }: ResolvedJournalConfig, persistenceId: string, item: Item): Item =>
  queries === undefined ? item : inFeed({ journalName, shards: queries.shards }, persistenceId, item)

const markedItems = (config: ResolvedJournalConfig, events: Events, payloads: readonly SerializedPayload[]): Item[] =>
  events.map((event, index) =>
    toStore(
      config,
      event.persistenceId,
      eventItem(config, event, payloads[index] as SerializedPayload, { index, lastIndex: events.length - 1 }),
    ),
  )

/** A step a hundred, so that a crash never leaves an empty hundred between two that are not. */
const markedSteps = (
  config: ResolvedJournalConfig,
  events: Events,
  payloads: readonly SerializedPayload[],
  step: MakeStep,
): WriteStep[] => {
  const items = markedItems(config, events, payloads)
  const steps: WriteStep[] = []
  for (let start = 0; start < items.length; ) {
    const sequenceNr = events[0].sequenceNr + start
    const end = start + PARTITION_SIZE - (sequenceNr % PARTITION_SIZE)
    steps.push(step(items.slice(start, end), [partitionOf(sequenceNr)]))
    start = end
  }
  return steps
}

const transactionSteps = (
  config: ResolvedJournalConfig,
  events: Events,
  payloads: readonly SerializedPayload[],
  step: MakeStep,
): WriteStep[] => {
  if (events.length > MAX_TRANSACTION_ITEMS)
    throw tooMuch(events, `a transaction takes at most ${MAX_TRANSACTION_ITEMS} events`)
  const items = markedItems(config, events, payloads)
  const bytes = items.reduce((total, item) => total + itemSize(item), 0)
  if (bytes > MAX_TRANSACTION_BYTES)
    throw tooMuch(events, `they need ${bytes} bytes, and a transaction takes at most ${MAX_TRANSACTION_BYTES}`)
  return [step(items, new Set(events.map(({ sequenceNr }) => partitionOf(sequenceNr))), true)]
}

/** The mark follows the end of the batch, since that is where the next event goes. */
const packedSteps = (
  config: ResolvedJournalConfig,
  events: Events,
  payloads: readonly SerializedPayload[],
  step: MakeStep,
): WriteStep[] => {
  if (events.length > MAX_PACKED_EVENTS)
    throw tooMuch(events, `a packed batch takes at most ${MAX_PACKED_EVENTS} events`)
  const end = events[0].sequenceNr + events.length - 1
  return [step([toStore(config, events[0].persistenceId, packedItem(config, events, payloads))], [partitionOf(end)])]
}

const STEPS_OF = { marked: markedSteps, transaction: transactionSteps, packed: packedSteps } as const

const tooMuch = ([{ persistenceId, sequenceNr }, ...rest]: Events, why: string): WriteRejectedError =>
  new WriteRejectedError(
    `${persistenceId}: the ${rest.length + 1} events from ${sequenceNr} on can't be stored together: ${why}. Persist fewer at once, or use atomicWrites: 'marked'. Nothing was written.`,
    { persistenceId, sequenceNr },
  )

/**
 * Stepping stones for the holes that a recovery saw, stored before anything else: where they lie, nothing of a dead or overtaken
 * writer can come to lie behind the back of this one. Where such a thing lies already, this writer is fenced, and recovers.
 */
const plugsOf = (
  config: ResolvedJournalConfig,
  { persistenceId, sequenceNr, writerUuid }: PersistentRepr,
  tail: Tail | undefined,
): Item[] =>
  (tail?.holes ?? [])
    .filter((hole) => hole.sequenceNr < sequenceNr)
    .map((hole) => plugItem(config, persistenceId, hole, writerUuid))

/** The hundreds that would stay empty between the known end of the history and the write. */
const emptyHundreds = ({ persistenceId, sequenceNr }: PersistentRepr, tail: Tail | undefined): number[] => {
  if (tail === undefined) return []
  const firstEmpty = partitionOf(tail.highest) + 1
  const count = Math.max(0, partitionOf(sequenceNr) - firstEmpty)
  if (count > MAX_STEPPING_STONES) {
    throw new WriteRejectedError(
      `${persistenceId}: event ${sequenceNr} would skip the sequence numbers from ${tail.highest + 1} on. Give it the next one. Nothing was written.`,
      { persistenceId, sequenceNr },
    )
  }
  return Array.from({ length: count }, (_, index) => firstEmpty + index)
}
