import { ConfigError } from '@dynact/persistence'
import type { ConformanceCase } from './conformance-case.js'

/** Declares one test. */
export type DeclareTest = (name: string, run: () => Promise<void>) => unknown

/** The functions of a test runner that a suite is declared with: those of jest, vitest, mocha (`it`) and node:test fit. */
export interface ConformanceRunner {
  readonly describe: (name: string, declare: () => void) => unknown
  readonly test: DeclareTest & { readonly skip: DeclareTest }
}

const globalRunner = (): ConformanceRunner => {
  const { describe, test, it } = globalThis as Partial<ConformanceRunner> & { it?: ConformanceRunner['test'] }
  const declareTest = test ?? it
  if (describe !== undefined && declareTest !== undefined) return { describe, test: declareTest }
  throw new ConfigError(
    'This test runner has no global describe and test. Pass its own: { runner: { describe, test } }, or run the list of cases yourself.',
  )
}

/**
 * Declares cases as tests of one group. The name of a skipped one says why.
 *
 * @throws {@link ConfigError} there is no runner.
 */
export const declareCases = (
  name: string,
  cases: readonly ConformanceCase[],
  { describe, test }: ConformanceRunner = globalRunner(),
): void => {
  describe(name, () => {
    for (const { name: caseName, skip, run } of cases) {
      if (skip === undefined) test(caseName, run)
      else test.skip(`${caseName} [${skip}]`, run)
    }
  })
}
