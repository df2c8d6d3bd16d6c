import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  createJournalTable,
  type DynamoDBJournal,
  deleteJournalTable,
  dynamoDBJournal,
  type JournalConfig,
} from '@dynact/journal-dynamodb'
import { jsonSerializer, serialization } from '@dynact/persistence'
import { testClientConfig, uniqueTableName } from '../test-support/index.js'
import { FaultSwitch } from './fault-switch.js'
import { type Observer, payloadOf, type SeenEvent, type Verdict, WRONGS } from './observer.js'

/** A payload that breaks off is noticed: a string would only be shorter. */
const A_DAY_MS = 86_400_000

const serializer = jsonSerializer()
const json = serialization({ bindings: [{ when: () => true, use: serializer }], fallback: serializer })

/** The journal table of the programs, the switch that their processes go through, and a journal that meets no faults. */
export class ModelTable {
  readonly table = uniqueTableName('model')
  readonly client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 1 })
  readonly faultSwitch = new FaultSwitch()
  /**
   * Every way of storing, with group commit and without, in the feed and not; first those that delete for good. Two connections make for
   * groups.
   */
  readonly configs: readonly JournalConfig[] = [undefined, A_DAY_MS].flatMap((deletedTimeToLiveMs) =>
    (['marked', 'transaction', 'packed'] as const).flatMap((atomicWrites) =>
      [true, false].flatMap((groupCommit) =>
        [true, false].map((isInFeed) => ({
          table: this.table,
          serialization: json,
          atomicWrites,
          groupCommit,
          ...(isInFeed && { queries: {} }),
          ...(deletedTimeToLiveMs !== undefined && { deletedTimeToLiveMs }),
          maxConnections: groupCommit ? 2 : 8,
          retry: UNDER_FAULTS,
        })),
      ),
    ),
  )
  #journal: DynamoDBJournal | undefined

  get journal(): DynamoDBJournal {
    if (this.#journal === undefined) throw new Error('There is no table yet: create it in beforeAll.')
    return this.#journal
  }

  async create(): Promise<void> {
    const { client, table } = this
    await createJournalTable(client, { table, queries: {} })
    await this.faultSwitch.start()
    this.#journal = dynamoDBJournal({ client, table, serialization: json, retry: WITHOUT_FAULTS })
  }

  async remove(): Promise<void> {
    await this.#journal?.close()
    await this.faultSwitch.stop()
    await deleteJournalTable(this.client, { table: this.table })
    this.client.destroy()
  }

  async replayed(persistenceId: string): Promise<{ readonly shown: SeenEvent[]; readonly highest: number }> {
    const replay = this.journal.replayEvents(persistenceId)
    const shown: SeenEvent[] = []
    for await (const { sequenceNr, payload } of replay) shown.push({ sequenceNr, payload: String(payload) })
    return { shown, highest: await replay.highestSequenceNr }
  }

  /** Stores what an actor has to begin with: an event of each hundred is enough, since numbers may have gaps. */
  async begin(observer: Observer, persistenceId: string, begun: number): Promise<void> {
    const view: SeenEvent[] = []
    for (const sequenceNr of begun > 99 ? [99, begun] : begun > 0 ? [begun] : []) {
      const write = observer.begins({ persistenceId, fromSequenceNr: sequenceNr, size: 1, view: [...view] })
      const event = { sequenceNr, payload: payloadOf(write, 0) }
      const about = { persistenceId, manifest: '', tags: [], writerUuid: 'first', timestamp: 1 }
      await this.journal.writeEvents({ persistenceId, events: [{ ...event, ...about }] })
      observer.ends(write, 'acknowledged')
      view.push(event)
    }
  }
}

/** How long requests are tried. */
export const UNDER_FAULTS = { attemptMs: 400, totalMs: 1_200, baseMs: 1, maxMs: 10 }
export const WITHOUT_FAULTS = { attemptMs: 20_000, totalMs: 60_000 }

/** What a model test has counted. */
export interface Totals {
  programs: number
  crashes: number
  acknowledged: number
  lost: number
  duplicated: number
  torn: number
}

/** Adds what a verdict has found. @returns what is wrong, by its name. */
export const count = (totals: Totals, verdict: Verdict): Partial<Record<string, readonly string[]>> => {
  totals.acknowledged += verdict.acknowledged
  totals.lost += verdict.lost.length
  totals.duplicated += verdict.duplicated.length
  totals.torn += verdict.torn.length
  return Object.fromEntries(WRONGS.filter((wrong) => verdict[wrong].length > 0).map((wrong) => [wrong, verdict[wrong]]))
}
