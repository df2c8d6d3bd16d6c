// node scripts/count-tests.js <exit status> <folder>: sums up the JSON reports of jest in a folder, in one line.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , status, folder] = process.argv
const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
const sum = (count) => reports.reduce((total, report) => total + count(report), 0)

const passed = sum((report) => report.numPassedTests)
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
const failed = sum((report) => report.numFailedTests + report.numRuntimeErrorTestSuites)
// A step that failed without a test that did (npm ci, the type check, …) must not read as "0 failed".
const failures = failed === 0 && status !== '0' ? 1 : failed
console.log(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
