import type { JournalConfig } from '@dynact/journal-dynamodb'
import fc from 'fast-check'
import { DAMAGES, type DamageKind } from './damage.js'
import { type FaultRate, faultRate } from './fault-rate.js'
import { type Mishap, mishap, process, runSteps } from './run-steps.js'
import { SimulatedProcess, type SimulatedProcessParts } from './simulated-process.js'

/** Something that a process does. */
export type Command = { readonly process: number } & (
  | { readonly do: 'write'; readonly actor: number; readonly size: number }
  | { readonly do: 'take over'; readonly actor: number }
  | { readonly do: 'delete'; readonly actor: number; readonly kept: number }
  | { readonly do: 'damage'; readonly actor: number; readonly kind: DamageKind; readonly place: number }
)

/** What is run against a journal: two processes, three actors, faults. */
export interface Program extends FaultRate {
  /** How each process stores: an index into the configurations. */
  readonly stores: readonly [number, number]
  /** How many events each actor has to begin with: enough to come to the edge of a hundred, or over it. */
  readonly begun: number
  readonly steps: readonly (readonly (Command | Mishap)[])[]
}

/** What both processes may write. */
const actor = fc.nat(1)
/** Lives in the first process only, and deletes more. */
const DELETED_BY_ONE = 2
export const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 26, max: 60 }) },
)
const command: fc.Arbitrary<Command | Mishap> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('write' as const), process, actor, size }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      process: fc.constant(0),
      actor: fc.constant(DELETED_BY_ONE),
      size,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), process, actor, kept: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      process: fc.constant(0),
      actor: fc.constant(DELETED_BY_ONE),
      kept: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over' as const), process, actor }) },
  { weight: 6, arbitrary: mishap },
)

/** A step of its own: what is looked at while an item is damaged must not change. */
const damage: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('damage' as const),
  process,
  actor: fc.nat(2),
  kind: fc.constantFrom(...DAMAGES),
  place: fc.nat(1_000),
})
const step = fc.oneof(
  { weight: 8, arbitrary: fc.array(command, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: damage.map((one) => [one]) },
)

/** How many events an actor has to begin with. */
export const begun = fc.constantFrom(0, 0, 96, 99, 100, 198)

/**
 * Random programs. Of the actors that both processes write, a process deletes events only if it leaves them to the time to live: under a
 * number that is deleted for good, nothing fences the other one (docs/reliability.md, "What is not promised").
 */
export const programs = (configs: readonly JournalConfig[]): fc.Arbitrary<Program> => {
  const store = fc.nat(configs.length - 1)
  const written = { ...faultRate, stores: fc.tuple(store, store), begun }
  return fc
    .record({ ...written, steps: fc.array(step, { minLength: 1, maxLength: 8 }) })
    .map(({ steps, ...program }) => {
      const holdsNumbers = program.stores.map((index) => configs[index]?.deletedTimeToLiveMs !== undefined)
      const isDrawn = (one: Command | Mishap) =>
        one.do !== 'delete' || one.actor === DELETED_BY_ONE || holdsNumbers[one.process] === true
      return { ...program, steps: steps.map((at) => at.filter(isDrawn)) }
    })
}

/** Where a program runs. */
export interface ProgramWorld extends Omit<SimulatedProcessParts, 'config' | 'fateOf'> {
  readonly configs: readonly JournalConfig[]
  /** The persistenceIds of its three actors. */
  readonly ids: readonly string[]
  /** Damages an item, looks what a recovery makes of it, and repairs it. */
  readonly damage: (persistenceId: string, kind: DamageKind, place: number) => Promise<void>
}

/** Runs a program to its end. @returns how often a process died. */
export const runProgramOf = (
  { stores, ...program }: Program,
  { configs, ids, damage, ...shared }: ProgramWorld,
): Promise<number> =>
  runSteps<Command, SimulatedProcess>({
    ...program,
    start: (index, fateOf) => new SimulatedProcess({ ...shared, config: configs[stores[index] ?? 0] ?? {}, fateOf }),
    carryOut: (command, process) => {
      switch (command.do) {
        case 'write':
          return process.write(ids[command.actor] as string, command.size)
        case 'delete':
          return process.deleteAllBut(ids[command.actor] as string, command.kept)
        case 'take over':
          return process.forget(ids[command.actor] as string)
        case 'damage':
          return damage(ids[command.actor] as string, command.kind, command.place)
      }
    },
  })
