import type { JournalConfig } from '@dynact/journal-dynamodb'
import { type FaultKind, randomFaults } from '@dynact/testkit'
import fc from 'fast-check'
import { DAMAGES, type DamageKind } from './damage.js'
import type { DeathOf } from './simulated-process.js'
import { SimulatedProcess, type SimulatedProcessParts } from './simulated-process.js'

/** Something that a process does; what stands in one step of a program is done at once. */
export type Command = { readonly process: number } & (
  | { readonly do: 'write'; readonly actor: number; readonly size: number }
  | { readonly do: 'take over'; readonly actor: number }
  | { readonly do: 'delete'; readonly kept: number }
  | { readonly do: 'die'; readonly after: number; readonly how: DeathOf }
  | { readonly do: 'land' }
  | { readonly do: 'damage'; readonly actor: number; readonly kind: DamageKind; readonly place: number }
)

/** What is run against a journal: two processes, three actors, faults. */
export interface Program {
  /** Of the faults. */
  readonly seed: number
  /** Chance of a fault at a request. */
  readonly faultRate: number
  /** How each process stores: an index into the configurations. */
  readonly stores: readonly [number, number]
  /** How many events each actor has to begin with: enough to come to the edge of a hundred, or over it. */
  readonly begun: number
  readonly steps: readonly (readonly Command[])[]
}

const process = fc.nat(1)
/** What both processes may write; the third actor lives in the first process only, and deletes. */
const actor = fc.nat(1)
const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 26, max: 60 }) },
)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('write' as const), process, actor, size }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('write' as const), process: fc.constant(0), actor: fc.constant(2), size }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), process: fc.constant(0), kept: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over' as const), process, actor }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      process,
      after: fc.nat(5),
      how: fc.constantFrom<DeathOf>('unsent', 'unanswered', 'late', 'late'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('land' as const), process }) },
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

/** Random programs over so many configurations. */
export const programs = (configs: number): fc.Arbitrary<Program> =>
  fc.record({
    seed: fc.integer(),
    faultRate: fc.constantFrom(0, 0.02, 0.1, 0.25),
    stores: fc.tuple(fc.nat(configs - 1), fc.nat(configs - 1)),
    begun: fc.constantFrom(0, 0, 96, 99, 100, 198),
    steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  })

/** Of 100 faults. A hang takes as long as an attempt may: it is rare. */
const SHARES: Readonly<Partial<Record<FaultKind, number>>> = {
  serverError: 8,
  unavailable: 6,
  throttled: 12,
  transactionConflict: 6,
  reset: 10,
  lostAnswer: 16,
  truncated: 5,
  invalid: 4,
  wrongCrc32: 4,
  hang: 1,
  unprocessed: 4,
  statementFaults: 14,
  duplicate: 10,
}

const faultsOf = ({ seed, faultRate }: Program, life: number) =>
  randomFaults({
    seed: seed + life,
    rates: {
      ...Object.fromEntries(Object.entries(SHARES).map(([kind, share]) => [kind, (share * faultRate) / 100])),
      latency: faultRate,
    },
    latencyMs: 5,
  })

/** Where a program runs. */
export interface ProgramWorld extends Omit<SimulatedProcessParts, 'config' | 'fateOf'> {
  readonly configs: readonly JournalConfig[]
  /** The persistenceIds of its three actors. */
  readonly ids: readonly string[]
  /** Damages an item, looks what a recovery makes of it, and repairs it. */
  readonly damage: (persistenceId: string, kind: DamageKind, place: number) => Promise<void>
}

/** Runs a program to its end. @returns how often a process died. */
export const runProgramOf = async (program: Program, world: ProgramWorld): Promise<number> => {
  const { configs, ids, damage, ...shared } = world
  let lives = 0
  let deaths = 0
  const startProcess = (index: number) =>
    new SimulatedProcess({
      ...shared,
      config: configs[program.stores[index] ?? 0] ?? {},
      fateOf: faultsOf(program, lives++),
    })
  const processes = [startProcess(0), startProcess(1)]
  const dead: SimulatedProcess[] = []
  const alive = (index: number): SimulatedProcess => {
    const process = processes[index] as SimulatedProcess
    if (!process.isDead) return process
    deaths++
    dead.push(process)
    const next = startProcess(index)
    processes[index] = next
    return next
  }
  const carryOut = async (command: Command): Promise<void> => {
    const process = alive(command.process)
    switch (command.do) {
      case 'write':
        return process.write(ids[command.actor] as string, command.size)
      case 'delete':
        return process.deleteAllBut(ids[2] as string, command.kept)
      case 'take over':
        return process.forget(ids[command.actor] as string)
      case 'die':
        return process.dieAfter(command.after, command.how)
      case 'land':
        for (const late of dead) late.landLate()
        return
      case 'damage':
        return damage(ids[command.actor] as string, command.kind, command.place)
    }
  }
  for (const step of program.steps) await Promise.all(step.map(carryOut))
  deaths += processes.filter(({ isDead }) => isDead).length
  await Promise.all([...dead, ...processes].map((process) => process.end()))
  return deaths
}
