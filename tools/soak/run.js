// @ts-check
// `npm run test:soak`: model, crash and load tests, long, and one table of what they have counted. Fails with them, and on any loss.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TESTS = ['tools/soak/test/', 'packages/query-dynamodb/test/feed-reader.prop']
const PARTS = ['model', 'actors', 'crash, embedded', 'crash, DynamoDB Local', 'load', 'feed']
const SUMS = /** @type {const} */ (['programs', 'crashes', 'acknowledged', 'lost', 'duplicated', 'torn'])

const folder = await mkdtemp(join(tmpdir(), 'dynact-soak-'))
const file = join(folder, 'report')
const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
const jest = spawn(process.execPath, [...node, '--selectProjects', 'unit', 'prop', 'int', '--', ...TESTS], {
  cwd: join(import.meta.dirname, '..', '..'),
  stdio: 'inherit',
  env: { ...process.env, DYNACT_SOAK_REPORT: file },
})
const [status] = await once(jest, 'close')
const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
await rm(folder, { recursive: true, force: true })

/** @type {(import('./soak-report.js').SoakCounts & { part: string })[]} */
const reports = lines.map((line) => JSON.parse(line))
const missing = PARTS.filter((part) => !reports.some((report) => report.part === part))
/** @type {Record<string, number>} */
const faults = {}
for (const report of reports)
  for (const [kind, count] of Object.entries(report.faults ?? {})) faults[kind] = (faults[kind] ?? 0) + count
/** @param {typeof SUMS[number]} what */
const sum = (what) => reports.reduce((total, report) => total + (report[what] ?? 0), 0)

/** @param {unknown[]} cells */
const row = (...cells) => console.log(cells.map((cell, at) => String(cell).padEnd(at === 0 ? 24 : 13)).join(''))
console.log()
row('', ...SUMS)
for (const report of reports) row(report.part, ...SUMS.map((what) => report[what] ?? '-'))
row('together', ...SUMS.map(sum))
console.log('\nfaults injected')
for (const [kind, count] of Object.entries(faults).sort()) row(`  ${kind}`, count)
for (const { part, remarks = [] } of reports) for (const remark of remarks) console.log(`${part}: ${remark}`)
for (const part of missing) console.log(`${part}: has reported nothing`)

const isLost = sum('lost') + sum('duplicated') + sum('torn') > 0
process.exitCode = status === 0 && missing.length === 0 && !isLost ? 0 : 1
