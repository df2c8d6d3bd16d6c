import { randomUUID } from 'node:crypto'
import { PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { eventItem } from '@dynact/dynamodb'
import type { Journal, PersistentRepr } from '@dynact/persistence'
import type { ObservedClient } from '../test-support/observed-client.js'
import type { SharedTables } from './shared-tables.js'
import { asWeSeeIt, payloadOf, type SeenEvent, seenEvent, type TypedValue } from './typed-value.js'

/** What a recovery of one side gave. */
export interface Recovery {
  readonly events: readonly SeenEvent[]
  readonly highestSequenceNr: number
}

/** What our events can have that the JVM's have not. */
export type OwnAttributes = Partial<Pick<PersistentRepr, 'tags' | 'timestamp' | 'deleted' | 'manifest'>>

/**
 * One persistence id that the JVM and we work on in turns. Keeps what must be there, and compares both sides with it. Every
 * step is that of a process that has just started: it recovers first.
 */
export class SharedHistory {
  readonly id: string
  readonly #tables: SharedTables
  #events: SeenEvent[] = []
  #highest = 0

  constructor(tables: SharedTables, id = `id-${randomUUID()}`) {
    this.#tables = tables
    this.id = id
  }

  /** The highest sequence number that must be in use. */
  get highest(): number {
    return this.#highest
  }

  /** We store events, all or none; a number stands for so many strings. */
  async weWrite(values: number | readonly TypedValue[], attributes: OwnAttributes = {}): Promise<void> {
    const { journal, highestSequenceNr } = await this.#recoverOurs()
    const events = this.reprs(highestSequenceNr + 1, this.#values(values), attributes)
    await journal.writeEvents({ persistenceId: this.id, events })
    this.#note(values)
  }

  /** We store strings, all or none, and leave so many sequence numbers before them unused. */
  async weWriteAfterSkipping(skipped: number, count: number): Promise<void> {
    const { journal, highestSequenceNr } = await this.#recoverOurs()
    this.useUp(skipped)
    const events = this.reprs(highestSequenceNr + 1 + skipped, this.#values(count))
    await journal.writeEvents({ persistenceId: this.id, events })
    this.#note(count)
  }

  /** We recover and begin to store strings, all or none, with requests that meet this fate. */
  async weTryToWrite(count: number, fateOf: ObservedClient['fateOf']): Promise<'stored' | 'failed'> {
    const { journal, highestSequenceNr } = await this.#recoverOurs()
    const { observed } = this.#tables
    observed.requests.length = 0
    observed.fateOf = fateOf
    try {
      await journal.writeEvents({
        persistenceId: this.id,
        events: this.reprs(highestSequenceNr + 1, this.#values(count)),
      })
      return 'stored'
    } catch {
      return 'failed'
    } finally {
      observed.fateOf = () => 'pass'
    }
  }

  /** We store strings one after the other. */
  async weWriteOneByOne(count: number): Promise<void> {
    const { journal, highestSequenceNr } = await this.#recoverOurs()
    const events = this.reprs(highestSequenceNr + 1, this.#values(count))
    for (const event of events) await journal.writeEvents({ persistenceId: this.id, events: [event] })
    this.#note(count)
  }

  /** The JVM persists events one after the other; a number stands for so many strings. */
  async theyPersist(values: number | readonly TypedValue[]): Promise<void> {
    const rejected = await this.#tables.peer.persist(this.id, this.#values(values))
    if (rejected.length > 0) throw new Error(`the JVM rejected events ${rejected.join(', ')}`)
    this.#note(values)
  }

  /** The JVM persists events by one `persistAll`; a number stands for so many strings. */
  async theyPersistAll(values: number | readonly TypedValue[]): Promise<void> {
    await this.#tables.peer.persistAll(this.id, this.#values(values))
    this.#note(values)
  }

  async weDeleteTo(sequenceNr: number): Promise<void> {
    await this.#tables.journal().deleteEventsTo(this.id, sequenceNr)
    this.forget((seq) => seq <= sequenceNr)
  }

  async theyDeleteTo(sequenceNr: number): Promise<void> {
    await this.#tables.peer.deleteTo(this.id, sequenceNr)
    this.forget((seq) => seq <= sequenceNr)
  }

  /** These events are no longer to be there. */
  forget(isGone: (sequenceNr: number) => boolean): void {
    this.#events = this.#events.filter(({ seq }) => !isGone(seq))
  }

  /** Numbers were used up, and no event of them is to be seen. */
  useUp(count: number): void {
    this.#highest += count
  }

  /** Some events of a batch, as a crash or a race leaves them: put past all checks. */
  async putRemains(
    sequenceNrs: readonly number[],
    { writerUuid, first, last }: { readonly writerUuid: string; readonly first: number; readonly last: number },
  ): Promise<void> {
    const { client } = this.#tables.observed
    for (const sequenceNr of sequenceNrs) {
      const [event] = this.reprs(sequenceNr, [{ type: 'string', value: `remains-${sequenceNr}` }])
      if (event === undefined) continue
      const payload = { serializerId: 20, serializerManifest: '', bytes: Buffer.from(String(event.payload)) }
      const place = { index: sequenceNr - first, lastIndex: last - first }
      const Item = eventItem({ journalName: 'journal', sequenceShards: 10 }, { ...event, writerUuid }, payload, place)
      await client.send(new PutItemCommand({ TableName: this.#tables.journalTable, Item }))
    }
  }

  /** What lies in the table, visible or not. */
  async storedSequenceNrs(): Promise<number[]> {
    const sequenceNrs: number[] = []
    const pages = paginateScan(
      { client: this.#tables.observed.client },
      {
        TableName: this.#tables.journalTable,
        FilterExpression: 'persistence_id = :id',
        ExpressionAttributeValues: { ':id': { S: this.id } },
        ConsistentRead: true,
      },
    )
    for await (const { Items = [] } of pages) sequenceNrs.push(...Items.map((item) => Number(item['seq']?.N)))
    return sequenceNrs.sort((a, b) => a - b)
  }

  /** What both must recover. */
  get expected(): Recovery {
    return { events: this.#events, highestSequenceNr: this.#highest }
  }

  async recoverOurs(): Promise<Recovery> {
    const { events, highestSequenceNr } = await this.#recoverOurs()
    return { events, highestSequenceNr }
  }

  async recoverTheirs(): Promise<Recovery> {
    const { events, highestSequenceNr, failure } = await this.#tables.peer.recover(this.id, { snapshot: false })
    if (failure !== undefined) throw new Error(failure)
    return { events, highestSequenceNr }
  }

  /** Both recover exactly what must be there, and agree on the highest sequence number. */
  async agree(): Promise<void> {
    const { events, highestSequenceNr } = this.expected

    expect(await this.recoverTheirs()).toEqual({ events, highestSequenceNr })
    expect(await this.recoverOurs()).toEqual({ events: events.map(asWeSeeIt), highestSequenceNr })
    expect(await this.#tables.journal().readHighestSequenceNr(this.id)).toBe(highestSequenceNr)
  }

  /** Events of one writer from a sequence number on. */
  reprs(from: number, values: readonly TypedValue[], attributes: OwnAttributes = {}): PersistentRepr[] {
    const writerUuid = randomUUID()
    return values.map((value, index) => ({
      persistenceId: this.id,
      sequenceNr: from + index,
      payload: payloadOf(value),
      manifest: '',
      writerUuid,
      timestamp: Date.now() + index / 1000,
      tags: [],
      ...attributes,
    }))
  }

  async #recoverOurs(): Promise<Recovery & { readonly journal: Journal }> {
    const journal = this.#tables.journal()
    const replay = journal.replayEvents(this.id)
    const events: SeenEvent[] = []
    for await (const event of replay) events.push(seenEvent(event))
    return { journal, events, highestSequenceNr: await replay.highestSequenceNr }
  }

  #values(values: number | readonly TypedValue[]): readonly TypedValue[] {
    if (typeof values !== 'number') return values
    return Array.from({ length: values }, (_, index) => ({
      type: 'string',
      value: `event-${this.#highest + 1 + index}`,
    }))
  }

  #note(values: number | readonly TypedValue[]): void {
    for (const value of this.#values(values)) this.#events.push({ seq: ++this.#highest, ...value })
  }
}
