import type { ConformanceCase } from '@dynact/testkit'

/** Runs the cases that are not skipped, and names those that fail. */
export const failedCases = async (cases: readonly ConformanceCase[]): Promise<string[]> => {
  const failed: string[] = []
  for (const { name, skip, run } of cases) {
    if (skip !== undefined) continue
    await run().catch(() => failed.push(name))
  }
  return failed
}
