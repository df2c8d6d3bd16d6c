// Random programs of two processes with real actors, snapshots and faults: what an actor has answered is in every later life of it.
import { randomUUID } from 'node:crypto'
import { configurePersistence, type PersistenceEngine, persistenceEngine } from '@dynact/persistence'
import {
  createSnapshotTable,
  type DynamoDBSnapshotStore,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
} from '@dynact/snapshot-dynamodb'
import { query, type Ref, start, stop } from 'nact'
import { requiresRealDynamoDB, uniqueTableName } from '../../test-support/index.js'
import { type ActorProgram, actorPrograms, actorsOf, runActorProgram } from '../actor-program.js'
import { checkPrograms } from '../check-programs.js'
import { count, ModelTable, UNDER_FAULTS, WITHOUT_FAULTS } from '../model-table.js'
import { Observer, type SeenEvent } from '../observer.js'
import { soakReport } from '../soak-report.js'
import { type Answer, type SoakedActor, spawnSoaked, type Told } from '../soaked-actor.js'

const model = new ModelTable()
const { client, configs, faultSwitch } = model
const snapshotTable = uniqueTableName('model-snapshots')
let snapshotStore: DynamoDBSnapshotStore
let engine: PersistenceEngine

beforeAll(async () => {
  await model.create()
  await createSnapshotTable(client, { table: snapshotTable })
  snapshotStore = dynamoDBSnapshotStore({ client, table: snapshotTable, retry: WITHOUT_FAULTS })
  engine = persistenceEngine({ journal: model.journal, snapshotStore })
})
afterAll(async () => {
  await engine.settled()
  await snapshotStore.close()
  await deleteSnapshotTable(client, { table: snapshotTable })
  await model.remove()
})

/** What the next life of an actor knows. */
const stateOf = async (actor: SoakedActor): Promise<readonly SeenEvent[]> => {
  const system = start(configurePersistence(engine))
  // It only looks: a snapshot that is due after its recovery would delete what is about to be read.
  const ref = spawnSoaked(system, { ...actor, goesOn: false, snapshotEvery: 0, deletes: false })
  try {
    const look = (replyTo: Ref<Answer>): Told => ({ do: 'look', number: 0, replyTo })
    const answer = await query(ref, look, WITHOUT_FAULTS.totalMs)
    return answer.to === 'look' ? answer.view : []
  } finally {
    stop(ref)
    stop(system)
  }
}

/** What an actor makes of its events, and the events. What a dead process has sent may still arrive: then both are read once more. */
const settled = async (actor: SoakedActor) => {
  for (let { shown: before } = await model.replayed(actor.persistenceId); ; ) {
    const state = await stateOf(actor)
    const { shown } = await model.replayed(actor.persistenceId)
    if (shown.length === before.length) return { state, shown }
    before = shown
  }
}

const totals = { programs: 0, crashes: 0, acknowledged: 0, lost: 0, duplicated: 0, torn: 0 }
const failed: Record<string, number> = {}

/** Runs a program, and holds what is stored, and what actors make of it, against what was acknowledged. */
const check = async (program: ActorProgram): Promise<void> => {
  const observer = new Observer()
  const run = randomUUID()
  const ids = ['a', 'b', 'c'].map((name) => `${name}-${run}`)
  await Promise.all(ids.map((id) => model.begin(observer, id, program.begun)))
  const crashes = await runActorProgram(program, {
    faultSwitch,
    observer,
    configs,
    ids,
    snapshots: { table: snapshotTable, retry: UNDER_FAULTS },
    onFailedWrite: (code) => {
      failed[code] = (failed[code] ?? 0) + 1
    },
  })
  totals.programs++
  totals.crashes += crashes
  for (const actor of actorsOf(program, { ids, observer })) {
    const id = actor.persistenceId
    const { state, shown } = await settled(actor)
    const inJournal = count(totals, observer.judge(id, shown))
    const { acknowledged: _, ...inState } = observer.judge(id, state, 0)
    const wrongs = count({ ...totals }, { acknowledged: 0, ...inState })
    expect({ id, inJournal, inState: wrongs }).toEqual({ id, inJournal: {}, inState: {} })
    // With snapshots or without, a state is what the events make of it.
    const deletedTo = observer.deletedTo(id)
    const isThere = ({ sequenceNr }: SeenEvent) => sequenceNr > deletedTo
    expect({ id, state: state.filter(isThere) }).toEqual({ id, state: shown.filter(isThere) })
  }
}

/** Those that have failed. */
const EXAMPLES: ActorProgram[] = [
  // The actor that looks in the end took a snapshot, and deleted beside the replay that it is held against.
  {
    seed: 722412442,
    faultRate: 0.25,
    stores: [10, 5],
    begun: 198,
    rules: [
      { style: 'event-sourced', snapshotEvery: 2, keepSnapshots: 1, goesOn: true },
      { style: 'persistent', snapshotEvery: 3, keepSnapshots: 1, goesOn: false },
      { style: 'event-sourced', snapshotEvery: 2, keepSnapshots: 1, goesOn: false },
    ],
    steps: [[{ do: 'land', process: 1 }]],
  },
  // A recovery began behind a packed batch, was shown nothing, and was then told of a number that somebody had stored meanwhile.
  {
    seed: -4,
    faultRate: 0.25,
    stores: [2, 9],
    begun: 198,
    rules: [
      { style: 'persistent', snapshotEvery: 7, keepSnapshots: 2, goesOn: false },
      { style: 'event-sourced', snapshotEvery: 3, keepSnapshots: 2, goesOn: false },
      { style: 'persistent', snapshotEvery: 0, keepSnapshots: 1, goesOn: false },
    ],
    steps: [
      [
        { do: 'write', process: 0, actor: 1, sizes: [2], thenFails: false },
        { do: 'write', process: 1, actor: 0, sizes: [3, 3, 1], thenFails: false },
      ],
      [
        { do: 'write', process: 0, actor: 1, sizes: [1, 1, 3, 3], thenFails: false },
        { do: 'write', process: 1, actor: 1, sizes: [3], thenFails: false },
        { do: 'kill', process: 1, actor: 0 },
        { do: 'write', process: 1, actor: 0, sizes: [3], thenFails: false },
        { do: 'write', process: 0, actor: 0, sizes: [2], thenFails: false },
      ],
      [
        { do: 'write', process: 1, actor: 0, sizes: [1, 3, 3, 3], thenFails: true },
        { do: 'die', process: 0, after: 0, how: 'unsent' },
        { do: 'save', process: 0, actor: 2 },
        { do: 'write', process: 0, actor: 1, sizes: [4], thenFails: false },
      ],
    ],
  },
]

requiresRealDynamoDB(
  'what an actor has answered is in the state of every later incarnation, once, in order; a state is a fold over the events',
  async () => {
    try {
      await checkPrograms({
        programs: actorPrograms(configs.length),
        examples: EXAMPLES,
        atOnce: 10,
        runs: { numRuns: 30, soak: 300 },
        check,
      })
    } finally {
      const codes = Object.entries(failed).map(([code, times]) => `${code} ${times}`)
      const remarks = [`writes that an actor said had failed: ${codes.sort().join(', ')}`]
      await soakReport('actors', { ...totals, faults: faultSwitch.proxy.counts.faults, remarks })
    }
    expect(totals.acknowledged).toBeGreaterThan(0)
    expect(totals.crashes).toBeGreaterThan(0)
  },
  1_200_000,
)
