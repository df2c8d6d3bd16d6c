// Random programs of two processes and three actors on one table, under faults and crashes: what was acknowledged is there.
import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  createJournalTable,
  type DynamoDBJournal,
  deleteJournalTable,
  dynamoDBJournal,
  type JournalConfig,
} from '@dynact/journal-dynamodb'
import { isPersistenceError, jsonSerializer, serialization } from '@dynact/persistence'
import fc from 'fast-check'
import { requiresRealDynamoDB, testClientConfig, uniqueTableName } from '../../test-support/index.js'
import { type DamageKind, inflictDamage } from '../damage.js'
import { FaultSwitch } from '../fault-switch.js'
import { Observer, payloadOf, type SeenEvent, WRONGS } from '../observer.js'
import { type Program, programs, runProgramOf } from '../program.js'
import { soakReport, soakRuns } from '../soak-report.js'

const table = uniqueTableName('model')
const client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 1 })
const faultSwitch = new FaultSwitch()
/** A payload that breaks off is noticed: a string would only be shorter. */
const serializer = jsonSerializer()
const json = serialization({ bindings: [{ when: () => true, use: serializer }], fallback: serializer })
let journal: DynamoDBJournal

beforeAll(async () => {
  await createJournalTable(client, { table, queries: {} })
  await faultSwitch.start()
  journal = dynamoDBJournal({ client, table, serialization: json, retry: { attemptMs: 20_000, totalMs: 60_000 } })
})
afterAll(async () => {
  await journal.close()
  await faultSwitch.stop()
  await deleteJournalTable(client, { table })
  client.destroy()
})

/** Every way of storing, with group commit and without, in the feed and not. Two connections make for groups. */
const CONFIGS: readonly JournalConfig[] = (['marked', 'transaction', 'packed'] as const).flatMap((atomicWrites) =>
  [true, false].flatMap((groupCommit) =>
    [true, false].map((isInFeed) => ({
      table,
      serialization: json,
      atomicWrites,
      groupCommit,
      ...(isInFeed && { queries: {} }),
      maxConnections: groupCommit ? 2 : 8,
      retry: { attemptMs: 400, totalMs: 1_200, baseMs: 1, maxMs: 10 },
    })),
  ),
)

const replayed = async (persistenceId: string) => {
  const replay = journal.replayEvents(persistenceId)
  const shown: SeenEvent[] = []
  for await (const { sequenceNr, payload } of replay) shown.push({ sequenceNr, payload: String(payload) })
  return { shown, highest: await replay.highestSequenceNr }
}

/** Stores what the actors have to begin with: an event of each hundred is enough, since numbers may have gaps. */
const begin = async (observer: Observer, persistenceId: string, begun: number) => {
  const view: SeenEvent[] = []
  for (const sequenceNr of begun > 99 ? [99, begun] : begun > 0 ? [begun] : []) {
    const write = observer.begins({ persistenceId, fromSequenceNr: sequenceNr, size: 1, view: [...view] })
    const event = { sequenceNr, payload: payloadOf(write, 0) }
    const about = { persistenceId, manifest: '', tags: [], writerUuid: 'first', timestamp: 1 }
    await journal.writeEvents({ persistenceId, events: [{ ...event, ...about }] })
    observer.ends(write, 'acknowledged')
    view.push(event)
  }
}

/**
 * Damages an item. A recovery fails with an error that names it, or it was nothing that anybody is shown: then it shows the same as
 * before.
 */
const damage = async (persistenceId: string, kind: DamageKind, place: number): Promise<void> => {
  const before = await replayed(persistenceId)
  const damaged = await inflictDamage({ client, table, persistenceId, highest: before.highest }, kind, place)
  if (damaged === undefined) return
  totals.damaged++
  let now: Awaited<ReturnType<typeof replayed>> | undefined
  try {
    now = await replayed(persistenceId)
  } catch (error) {
    if (!isPersistenceError(error)) throw error
    expect(error).toMatchObject({ code: expect.stringMatching(/^(RECOVERY|SERIALIZATION)$/), persistenceId })
    expect(error.message).toContain(table)
    if (damaged.range === undefined) expect(error.message).toContain('low mark')
    else expect(error.sequenceNr).toBe(damaged.range[0])
    totals.named++
  } finally {
    await damaged.repair()
  }
  if (now === undefined) return
  const [first, last] = damaged.range ?? [0, -1]
  expect(now.shown.filter(({ sequenceNr }) => sequenceNr >= first && sequenceNr <= last)).toEqual([])
  // What a process has given up may arrive meanwhile.
  expect([before, await replayed(persistenceId)]).toContainEqual(now)
}

/** How many programs run at once. */
const AT_ONCE = 5

const totals = { programs: 0, crashes: 0, acknowledged: 0, lost: 0, duplicated: 0, torn: 0, damaged: 0, named: 0 }

/** Runs a program, and holds what is stored against what was acknowledged. */
const check = async (program: Program): Promise<void> => {
  const observer = new Observer()
  const run = randomUUID()
  const ids = ['a', 'b', 'c'].map((name) => `${name}-${run}`)
  await Promise.all(ids.map((id) => begin(observer, id, program.begun)))
  const crashes = await runProgramOf(program, { faultSwitch, observer, configs: CONFIGS, ids, damage })
  totals.programs++
  totals.crashes += crashes
  for (const id of ids) {
    const { shown, highest } = await replayed(id)
    const verdict = observer.judge(id, shown)
    totals.acknowledged += verdict.acknowledged
    totals.lost += verdict.lost.length
    totals.duplicated += verdict.duplicated.length
    totals.torn += verdict.torn.length
    const wrongs = Object.fromEntries(
      WRONGS.filter((wrong) => verdict[wrong].length > 0).map((wrong) => [wrong, verdict[wrong]]),
    )
    expect({ id, ...wrongs }).toEqual({ id })
    expect(highest).toBeGreaterThanOrEqual(shown.at(-1)?.sequenceNr ?? 0)
  }
}

/** Written by hand: a large batch that is interrupted, overtaken, and arrives late. None of random programs has failed on record yet. */
const EXAMPLES: [Program][] = [
  [
    {
      seed: 223710055,
      faultRate: 0,
      stores: [1, 3],
      begun: 99,
      steps: [
        [
          { do: 'die', process: 0, after: 3, how: 'late' },
          { do: 'write', process: 0, actor: 0, size: 60 },
        ],
        [
          { do: 'write', process: 0, actor: 0, size: 1 },
          { do: 'write', process: 1, actor: 0, size: 1 },
        ],
        [{ do: 'land', process: 0 }],
        [{ do: 'write', process: 1, actor: 0, size: 30 }],
        [{ do: 'damage', process: 0, actor: 0, kind: 'truncated payload', place: 0 }],
        [{ do: 'damage', process: 0, actor: 0, kind: 'wrong type', place: 1 }],
      ],
    },
  ],
]

requiresRealDynamoDB(
  'acknowledged events are there, in order, once; others wholly or not at all; nothing turns up behind the back of a writer',
  async () => {
    try {
      const { seed, numRuns } = soakRuns({ numRuns: 100, soak: 2_000 })
      // Side by side, since a program mostly waits.
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, line) =>
          fc.assert(fc.asyncProperty(programs(CONFIGS.length), check), {
            seed: seed + line,
            numRuns: numRuns / AT_ONCE,
            examples: line === 0 ? EXAMPLES : [],
            // A shrunk program is no smaller a thing to look at, and takes minutes.
            endOnFailure: true,
          }),
        ),
      )
    } finally {
      const { damaged, named, ...counts } = totals
      const remarks = [`${damaged} items damaged; a recovery named ${named} of them, the others nobody is shown`]
      await soakReport('model', { ...counts, faults: faultSwitch.proxy.counts.faults, remarks })
    }
    expect(totals.acknowledged).toBeGreaterThan(0)
    expect(totals.named).toBeGreaterThan(0)
  },
  1_200_000,
)
