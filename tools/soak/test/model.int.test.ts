// Random programs of two processes and three actors on one table, under faults and crashes: what was acknowledged is there.
import { randomUUID } from 'node:crypto'
import { isPersistenceError } from '@dynact/persistence'
import { requiresRealDynamoDB } from '../../test-support/index.js'
import { checkPrograms } from '../check-programs.js'
import { type DamageKind, inflictDamage } from '../damage.js'
import { count, ModelTable } from '../model-table.js'
import { Observer } from '../observer.js'
import { type Program, programs, runProgramOf } from '../program.js'
import { soakReport } from '../soak-report.js'

const model = new ModelTable()
const { client, table, configs, faultSwitch } = model

beforeAll(() => model.create())
afterAll(() => model.remove())

/**
 * Damages an item. A recovery fails with an error that names it, or it was nothing that anybody is shown: then it shows the same as
 * before.
 */
const damage = async (persistenceId: string, kind: DamageKind, place: number): Promise<void> => {
  const before = await model.replayed(persistenceId)
  const damaged = await inflictDamage({ client, table, persistenceId, highest: before.highest }, kind, place)
  if (damaged === undefined) return
  totals.damaged++
  let now: Awaited<ReturnType<typeof model.replayed>> | undefined
  try {
    now = await model.replayed(persistenceId)
  } catch (error) {
    if (!isPersistenceError(error)) throw error
    expect(error).toMatchObject({ code: expect.stringMatching(/^(RECOVERY|SERIALIZATION)$/), persistenceId })
    expect(error.message).toContain(table)
    if (damaged.sequenceNr === undefined) expect(error.message).toContain('low mark')
    else expect(error.sequenceNr).toBe(damaged.sequenceNr)
    totals.named++
  } finally {
    await damaged.repair()
  }
  if (now === undefined) return
  // Under its numbers there may be others: a batch in one item that it lost against.
  for (const event of damaged.events) expect(now.shown).not.toContainEqual(event)
  // What a process has given up may arrive meanwhile.
  expect([before, await model.replayed(persistenceId)]).toContainEqual(now)
}

const totals = { programs: 0, crashes: 0, acknowledged: 0, lost: 0, duplicated: 0, torn: 0, damaged: 0, named: 0 }

/** Runs a program, and holds what is stored against what was acknowledged. */
const check = async (program: Program): Promise<void> => {
  const observer = new Observer()
  const run = randomUUID()
  const ids = ['a', 'b', 'c'].map((name) => `${name}-${run}`)
  await Promise.all(ids.map((id) => model.begin(observer, id, program.begun)))
  const crashes = await runProgramOf(program, { faultSwitch, observer, configs, ids, damage })
  totals.programs++
  totals.crashes += crashes
  for (const id of ids) {
    const { shown, highest } = await model.replayed(id)
    const wrongs = count(totals, observer.judge(id, shown))
    expect({ id, ...wrongs }).toEqual({ id })
    expect(highest).toBeGreaterThanOrEqual(shown.at(-1)?.sequenceNr ?? 0)
  }
}

const EXAMPLES: Program[] = [
  // Written by hand: a large batch that is interrupted, overtaken, and arrives late.
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
  // Has failed: of two batches at one place, what is left of the loser lies amid the numbers of the winner, a packed one.
  {
    seed: 44451924,
    faultRate: 0.02,
    stores: [9, 1],
    begun: 96,
    steps: [
      [
        { do: 'write', process: 1, actor: 1, size: 2 },
        { do: 'write', process: 0, actor: 1, size: 55 },
      ],
      [{ do: 'damage', process: 1, actor: 1, kind: 'truncated payload', place: 2 }],
    ],
  },
  // Has failed: a deletion cuts what is left of a batch that lost against another one. Its rest was taken for whole then.
  ...[1, 2, 3].map(
    (kept): Program => ({
      seed: -2121894589,
      faultRate: 0,
      stores: [3, 3],
      begun: 0,
      steps: [
        [
          { do: 'write', process: 0, actor: 0, size: kept + 1 },
          { do: 'write', process: 1, actor: 0, size: 1 },
        ],
        [{ do: 'delete', process: 0, actor: 0, kept }],
        [{ do: 'delete', process: 1, actor: 0, kept }],
        [{ do: 'write', process: 0, actor: 0, size: 1 }],
      ],
    }),
  ),
  // Has failed: a writer that had not heard of a deletion left the end of its batch behind it, which was taken for the rest of a cut one.
  {
    seed: 1448255674,
    faultRate: 0,
    stores: [22, 2],
    begun: 100,
    steps: [
      [{ do: 'write', process: 1, actor: 0, size: 1 }],
      [
        { do: 'write', process: 0, actor: 0, size: 3 },
        { do: 'delete', process: 0, actor: 0, kept: 0 },
      ],
      [{ do: 'write', process: 1, actor: 0, size: 55 }],
    ],
  },
  // Has failed: the last event of an overtaken batch lay under a packed one, and hid from a deletion, and from the end, that it goes on.
  {
    seed: 1281602563,
    faultRate: 0,
    stores: [15, 20],
    begun: 99,
    steps: [
      [
        { do: 'write', process: 1, actor: 0, size: 4 },
        { do: 'write', process: 0, actor: 0, size: 3 },
      ],
      [{ do: 'delete', process: 1, actor: 0, kept: 1 }],
    ],
  },
]

requiresRealDynamoDB(
  'acknowledged events are there, in order, once; others wholly or not at all; nothing turns up behind the back of a writer',
  async () => {
    try {
      await checkPrograms({
        programs: programs(configs),
        examples: EXAMPLES,
        atOnce: 5,
        runs: { numRuns: 70, soak: 1_700 },
        check,
      })
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
