import type { JournalConfig } from '@dynact/journal-dynamodb'
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import fc from 'fast-check'
import { ActorProcess, type ActorProcessParts } from './actor-process.js'
import { type FaultRate, faultRate } from './fault-rate.js'
import { begun, size } from './program.js'
import { type Mishap, mishap, process, runSteps } from './run-steps.js'
import type { ActorRules, SoakedActor } from './soaked-actor.js'

/** Something that a process has one of its actors do. */
export type ActorStep = { readonly process: number; readonly actor: number } & (
  | { readonly do: 'write'; readonly sizes: readonly number[]; readonly thenFails: boolean }
  | { readonly do: 'save' }
  | { readonly do: 'stop' }
  | { readonly do: 'kill' }
)

/** What is run with actors: three of them in two processes, the first two in both; the third one deletes what its snapshots cover. */
export interface ActorProgram extends FaultRate {
  /** How each process stores: an index into the configurations. */
  readonly stores: readonly [number, number]
  readonly begun: number
  readonly rules: readonly ActorRules[]
  readonly steps: readonly (readonly (ActorStep | Mishap)[])[]
}

const of = <Do extends ActorStep['do'], Rest extends object>(what: Do, rest: Rest) =>
  fc.record({ do: fc.constant(what), ...rest }) as fc.Arbitrary<Extract<ActorStep, { readonly do: Do }>>

const shared = { process, actor: fc.nat(1) }
/** One live actor for an id that deletes: see docs/reliability.md. */
const deleting = { process: fc.constant(0), actor: fc.constant(2) }
const write = {
  sizes: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(size) },
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
  ),
  thenFails: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
}
const command: fc.Arbitrary<ActorStep | Mishap> = fc.oneof(
  { weight: 10, arbitrary: of('write', { ...shared, ...write }) },
  { weight: 4, arbitrary: of('write', { ...deleting, ...write }) },
  { weight: 1, arbitrary: of('save', shared) },
  { weight: 1, arbitrary: of('save', deleting) },
  { weight: 1, arbitrary: of('stop', shared) },
  { weight: 1, arbitrary: of('stop', deleting) },
  { weight: 1, arbitrary: of('kill', shared) },
  { weight: 4, arbitrary: mishap },
)
const rules: fc.Arbitrary<ActorRules> = fc.record({
  style: fc.constantFrom('persistent' as const, 'event-sourced' as const),
  snapshotEvery: fc.constantFrom(0, 2, 3, 7),
  keepSnapshots: fc.integer({ min: 1, max: 3 }),
  goesOn: fc.boolean(),
})

/** Random programs over so many configurations. */
export const actorPrograms = (configs: number): fc.Arbitrary<ActorProgram> =>
  fc.record({
    ...faultRate,
    stores: fc.tuple(fc.nat(configs - 1), fc.nat(configs - 1)),
    begun,
    rules: fc.array(rules, { minLength: 3, maxLength: 3 }),
    steps: fc.array(fc.array(command, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
  })

/** Where a program runs. */
export interface ActorWorld extends Omit<ActorProcessParts, 'journal' | 'fateOf' | 'actors'> {
  readonly configs: readonly JournalConfig[]
  readonly snapshots: SnapshotStoreConfig
  /** The persistenceIds of its three actors. */
  readonly ids: readonly string[]
}

/** The actors of a program. */
export const actorsOf = ({ rules }: ActorProgram, { ids, observer }: Pick<ActorWorld, 'ids' | 'observer'>) =>
  rules.map(
    (one, index): SoakedActor => ({ ...one, observer, persistenceId: ids[index] as string, deletes: index === 2 }),
  )

/** Runs a program to its end. @returns how often a process died. */
export const runActorProgram = (program: ActorProgram, world: ActorWorld): Promise<number> => {
  const { configs, ids: _, ...shared } = world
  const actors = actorsOf(program, world)
  return runSteps<ActorStep, ActorProcess>({
    ...program,
    start: (index, fateOf) =>
      new ActorProcess({ ...shared, actors, journal: configs[program.stores[index] ?? 0] ?? {}, fateOf }),
    carryOut: (command, process) => {
      if (command.do === 'kill') process.stop(command.actor)
      else process.tell(command.actor, command)
    },
    afterStep: async (processes) => {
      await Promise.all(processes.map((process) => process.look()))
    },
  })
}
