import fc from 'fast-check'
import { soakRuns } from './soak-report.js'

/** What {@link checkPrograms} runs. */
export interface ProgramCheck<Program> {
  readonly programs: fc.Arbitrary<Program>
  /** Run first. */
  readonly examples: readonly Program[]
  /** How many in `npm test`, and in the soak. */
  readonly atOnce: number
  readonly runs: { readonly numRuns: number; readonly soak: number }
  check(program: Program): Promise<void>
}

/** Runs random programs side by side, since a program mostly waits. Fails, when all have come to their end, with the first failure. */
export const checkPrograms = async <Program>({ programs, examples, atOnce, runs, check }: ProgramCheck<Program>) => {
  const { seed, numRuns } = soakRuns(runs)
  const lines = await Promise.allSettled(
    Array.from({ length: atOnce }, (_, line) =>
      fc.assert(fc.asyncProperty(programs, check), {
        seed: seed + line,
        numRuns: numRuns / atOnce,
        examples: line === 0 ? examples.map((one): [Program] => [one]) : [],
        // A shrunk program is no smaller a thing to look at, and takes minutes.
        endOnFailure: true,
      }),
    ),
  )
  for (const line of lines) if (line.status === 'rejected') throw line.reason
}
