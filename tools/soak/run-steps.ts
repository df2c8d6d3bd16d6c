import type { FateOf } from '@dynact/testkit'
import fc from 'fast-check'
import { type FaultRate, faultsOf } from './fault-rate.js'
import type { DeathOf, MortalLine } from './mortal-line.js'

/** What may happen to a process in any program. */
export type Mishap = { readonly process: number } & (
  | { readonly do: 'die'; readonly after: number; readonly how: DeathOf }
  | { readonly do: 'land' }
)

/** One of the two processes of a program. */
export const process = fc.nat(1)

export const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      process,
      after: fc.nat(5),
      how: fc.constantFrom<DeathOf>('unsent', 'unanswered', 'late', 'late'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('land' as const), process }) },
)

/** What a simulated process is to {@link runSteps}. */
export interface Mortal {
  readonly line: MortalLine
  /** It ends as processes should: what is under way is finished. Of a dead one, what is left is cleared away. */
  end(): Promise<void>
}

/** What {@link runSteps} runs. */
export interface Steps<Command, P extends Mortal> extends FaultRate {
  /** What stands in one step is done at once. */
  readonly steps: readonly (readonly (Command | Mishap)[])[]
  start(index: number, fateOf: FateOf): P
  carryOut(command: Command, process: P): Promise<void> | void
  /** When the commands of a step have been carried out. */
  afterStep?(processes: readonly P[]): Promise<void>
}

/** Runs two processes to their end; another one takes the place of one that has died. @returns how often one died. */
export const runSteps = async <Command extends { readonly process: number }, P extends Mortal>({
  steps,
  start,
  carryOut,
  afterStep,
  ...faults
}: Steps<Command, P>): Promise<number> => {
  let lives = 0
  const startNext = (index: number) => start(index, faultsOf(faults, lives++))
  const processes = [startNext(0), startNext(1)]
  const dead: P[] = []
  const alive = (index: number): P => {
    const process = processes[index] as P
    if (!process.line.isDead) return process
    dead.push(process)
    const next = startNext(index)
    processes[index] = next
    return next
  }
  const isMishap = (command: Command | Mishap): command is Mishap =>
    'do' in command && (command.do === 'die' || command.do === 'land')
  for (const step of steps) {
    await Promise.all(
      step.map(async (command) => {
        const process = alive(command.process)
        if (!isMishap(command)) return carryOut(command, process)
        if (command.do === 'die') return process.line.dieAfter(command.after, command.how)
        for (const { line } of dead) line.landLate()
      }),
    )
    await afterStep?.(processes)
  }
  const all = [...dead, ...processes]
  const deaths = all.filter(({ line }) => line.isDead).length
  await Promise.all(all.map((process) => process.end()))
  return deaths
}
