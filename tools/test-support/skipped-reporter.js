// @ts-check

/** Jest reporter: names every skipped test at the end, since its name carries the reason and jest only counts them. */
export default class SkippedReporter {
  /**
   * @param {unknown} _contexts
   * @param {import('@jest/test-result').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    // A test that -t filtered out is skipped by the user's wish.
    if (process.argv.some((arg) => /^(-t|--testNamePattern)/.test(arg))) return
    const skipped = results.testResults.flatMap((file) => file.testResults.filter(({ status }) => status === 'pending'))
    if (skipped.length > 0)
      process.stderr.write(`\nSkipped:\n${skipped.map(({ fullName }) => `  ${fullName}\n`).join('')}`)
  }
}
