import { appendFile } from 'node:fs/promises'

/** What a part of the soak has counted. */
export interface SoakCounts {
  readonly programs?: number
  readonly crashes?: number
  /** Faults injected, by kind. */
  readonly faults?: Readonly<Record<string, number>>
  /** Events acknowledged. */
  readonly acknowledged?: number
  readonly lost?: number
  readonly duplicated?: number
  readonly torn?: number
  /** Whatever else is worth knowing, for people. */
  readonly remarks?: readonly string[]
}

const { DYNACT_SOAK_REPORT: reportFile, DYNACT_SOAK_SEED: givenSeed } = process.env

/** Does `npm run test:soak` run this? Then it is longer, and reports. */
export const isSoak = reportFile !== undefined

/** How often a property is run, and from which seed: DYNACT_SOAK_SEED, or a new one, which is printed. */
export const soakRuns = ({ numRuns, soak }: { readonly numRuns: number; readonly soak: number }) => {
  const seed = givenSeed === undefined ? Math.trunc(Math.random() * 2 ** 31) : Number(givenSeed)
  process.stderr.write(`${expect.getState().currentTestName}: DYNACT_SOAK_SEED=${seed}\n`)
  return { seed, numRuns: isSoak ? soak : numRuns }
}

/** Hands over what was counted, for the table at the end of the soak. */
export const soakReport = async (part: string, counts: SoakCounts): Promise<void> => {
  if (reportFile !== undefined) await appendFile(reportFile, `${JSON.stringify({ part, ...counts })}\n`)
}
