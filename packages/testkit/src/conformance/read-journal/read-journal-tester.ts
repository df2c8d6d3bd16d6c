import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type EventEnvelope,
  type Journal,
  MonotonicTimestamps,
  type Offset,
  type PersistentRepr,
  type QueryStream,
  type ReadJournal,
} from '@dynact/persistence'
import { span } from '../span.js'
import type { ReadJournalUnderTest } from './read-journal-conformance-options.js'

/** What the cases have in common: the read journal, and how they write and read. */
export class ReadJournalTester {
  readonly readJournal: ReadJournal
  readonly journal: Journal
  readonly #cleanUp: ReadJournalUnderTest['cleanUp']
  readonly #timestamps = new MonotonicTimestamps()

  constructor({ readJournal, journal, cleanUp }: ReadJournalUnderTest) {
    this.readJournal = readJournal
    this.journal = journal
    this.#cleanUp = cleanUp
  }

  /** A type, tag or id that nobody else uses. */
  fresh(prefix = 'conformance'): string {
    return `${prefix}-${randomUUID()}`
  }

  async cleanUp(): Promise<void> {
    try {
      await this.readJournal.close()
      await this.journal.close()
    } finally {
      await this.#cleanUp?.()
    }
  }

  /** One atomic write of the events `first` to `last`, later than all before; the payload is {@link nameOf}. */
  async write(
    persistenceId: string,
    first: number,
    last = first,
    changes: Partial<PersistentRepr> = {},
  ): Promise<PersistentRepr[]> {
    const events = span(first, last).map((sequenceNr) => ({
      persistenceId,
      sequenceNr,
      payload: nameOf(persistenceId, sequenceNr),
      manifest: '',
      writerUuid: 'writer-1',
      timestamp: this.#timestamps.next(),
      tags: [],
      ...changes,
    }))
    await this.journal.writeEvents({ persistenceId, events })
    return events
  }

  /** The events of a type, in all slices. */
  ofType(type: string, offset?: Parameters<ReadJournal['eventsBySlices']>[3]) {
    return this.readJournal.currentEventsBySlices(type, 0, 1023, offset)
  }
}

/** What the payload of an event says. */
export const nameOf = (persistenceId: string, sequenceNr: number): string => `${persistenceId}/${sequenceNr}`

/** What {@link nameOf} gives for the events `first` to `last`. */
export const names = (persistenceId: string, first: number, last = first): string[] =>
  span(first, last).map((sequenceNr) => nameOf(persistenceId, sequenceNr))

/** All that a stream gives, or the first `count`. */
export const take = async <T>(stream: QueryStream<T>, count = Number.POSITIVE_INFINITY): Promise<T[]> => {
  const taken: T[] = []
  for await (const one of stream) if (taken.push(one) >= count) break
  return taken
}

/** The names of envelopes; their payloads must say the same. */
export const namesIn = (envelopes: readonly EventEnvelope<unknown, Offset>[]): string[] =>
  envelopes.map(({ persistenceId, sequenceNr, event }) => {
    strictEqual(event, nameOf(persistenceId, sequenceNr))
    return nameOf(persistenceId, sequenceNr)
  })

/** These events, once each, those of each id in order. */
export const expectInOrder = (
  envelopes: readonly EventEnvelope<unknown, Offset>[],
  expected: Readonly<Record<string, readonly string[]>>,
): void => {
  const found: Record<string, string[]> = Object.fromEntries(Object.keys(expected).map((id) => [id, []]))
  for (const envelope of envelopes) {
    const { persistenceId } = envelope
    found[persistenceId] = [...(found[persistenceId] ?? []), ...namesIn([envelope])]
  }
  deepStrictEqual(found, expected)
}

/** As a program stores an offset. */
export const stored = <O>(offset: O | undefined): O => JSON.parse(JSON.stringify(offset)) as O
