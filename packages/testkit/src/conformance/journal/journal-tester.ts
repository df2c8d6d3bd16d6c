import { deepStrictEqual, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { AbortOptions, Journal, PersistentRepr, ReplayRange } from '@dynact/persistence'
import { span } from '../span.js'
import type { JournalCapabilities, JournalUnderTest } from './journal-conformance-options.js'

/** Epoch milliseconds of event 0, if there were one. */
const EPOCH = 1_700_000_000_000

/** What the cases have in common: the journal, and how they write and read. */
export class JournalTester {
  readonly journal: Journal
  readonly capabilities: JournalCapabilities
  readonly unserializable: unknown
  readonly #underTest: JournalUnderTest
  readonly #open: Journal[]

  constructor(underTest: JournalUnderTest, capabilities: JournalCapabilities, unserializable: unknown) {
    this.#underTest = underTest
    this.journal = underTest.journal
    this.#open = [underTest.journal]
    this.capabilities = capabilities
    this.unserializable = unserializable
  }

  /** An id that nobody else uses. */
  freshId(prefix = 'conformance'): string {
    return `${prefix}-${randomUUID()}`
  }

  /** What a second process would use; the journal itself where there can be one only. */
  async another(): Promise<Journal> {
    if (!this.capabilities.severalProcesses) return this.journal
    const another = await this.#underTest.openAnother?.()
    ok(another, 'makeJournal must give an openAnother, or { capabilities: { severalProcesses: false } } be declared.')
    this.#open.push(another)
    return another
  }

  async cleanUp(): Promise<void> {
    try {
      await Promise.all(this.#open.map((journal) => journal.close()))
    } finally {
      await this.#underTest.cleanUp?.()
    }
  }

  /** An event whose payload names id, number and writer. */
  event(persistenceId: string, sequenceNr: number, changes: Partial<PersistentRepr> = {}): PersistentRepr {
    const { writerUuid = 'writer-1' } = changes
    return {
      persistenceId,
      sequenceNr,
      payload: payloadOf(persistenceId, sequenceNr, writerUuid),
      manifest: '',
      writerUuid,
      timestamp: EPOCH + sequenceNr,
      tags: [],
      ...changes,
    }
  }

  /** The events `first` to `last`. */
  events(persistenceId: string, first: number, last = first, changes: Partial<PersistentRepr> = {}): PersistentRepr[] {
    return span(first, last).map((sequenceNr) => this.event(persistenceId, sequenceNr, changes))
  }

  /** One atomic write. */
  async writeAll(
    events: readonly PersistentRepr[],
    { journal = this.journal, ...options }: AbortOptions & { journal?: Journal } = {},
  ): Promise<void> {
    await journal.writeEvents({ persistenceId: events[0]?.persistenceId ?? '', events }, options)
  }

  /** One atomic write of the events `first` to `last`. */
  async write(
    persistenceId: string,
    first: number,
    last = first,
    { journal, writerUuid = 'writer-1' }: { journal?: Journal; writerUuid?: string } = {},
  ): Promise<void> {
    await this.writeAll(this.events(persistenceId, first, last, { writerUuid }), journal && { journal })
  }

  /** How many events {@link writeHistory} writes at once. */
  get historyStep(): number {
    return Math.min(40, this.capabilities.maxAtomicWrite)
  }

  /** Events 1 to `size`, in one write after the other. */
  async writeHistory(persistenceId: string, size: number): Promise<void> {
    for (let first = 1; first <= size; first += this.historyStep)
      await this.write(persistenceId, first, Math.min(size, first + this.historyStep - 1))
  }

  /** All that a replay gives. */
  async read(persistenceId: string, range?: ReplayRange, journal = this.journal) {
    const replay = journal.replayEvents(persistenceId, range)
    const events: PersistentRepr[] = []
    for await (const event of replay) events.push(event)
    return { events, highest: await replay.highestSequenceNr }
  }

  /** Does a replay give these numbers, with the payloads that {@link event} gave them, and this as the highest one? */
  async expectReplay(
    persistenceId: string,
    expected: { readonly sequenceNrs: readonly number[]; readonly highest: number },
    { range, journal }: { range?: ReplayRange; journal?: Journal } = {},
  ): Promise<void> {
    const { events, highest } = await this.read(persistenceId, range, journal)
    const sequenceNrs = events.map(({ sequenceNr }) => sequenceNr)
    deepStrictEqual(
      { sequenceNrs, highest },
      expected,
      mismatch(persistenceId, range, { sequenceNrs, highest }, expected),
    )
    for (const { persistenceId: id, sequenceNr, payload, writerUuid } of events)
      deepStrictEqual([id, payload], [persistenceId, payloadOf(persistenceId, sequenceNr, writerUuid)])
  }
}

const payloadOf = (persistenceId: string, sequenceNr: number, writerUuid: string): string =>
  `${persistenceId} ${sequenceNr} ${writerUuid}`

const mismatch = (persistenceId: string, range: ReplayRange | undefined, actual: unknown, expected: unknown): string =>
  `a replay of ${JSON.stringify(persistenceId.slice(0, 80))} with ${JSON.stringify(range ?? {})} gave\n${JSON.stringify(actual)}\ninstead of\n${JSON.stringify(expected)}`
