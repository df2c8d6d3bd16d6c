// @ts-check
// npm run bench [name ...] [-- --quick]: runs benchmarks and prints their rows; all of them: writes RESULTS.md, too.

import { benches } from './benches.js'
import { Lab } from './framework/lab.js'
import { writeResults } from './framework/results.js'
import { ROW_HEAD, showRow } from './framework/row.js'

const isQuick = process.argv.includes('--quick')
const names = process.argv.slice(2).filter((word) => word !== '--quick')
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
const wanted = names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name))

const runAll = async () => {
  const lab = new Lab({ isQuick })
  const start = performance.now()
  const results = []
  try {
    for (const bench of wanted) {
      console.log(`\n## ${bench.name}: ${bench.about}\n\n${ROW_HEAD}`)
      const rows = await bench.run(lab)
      for (const row of rows) console.log(showRow(row))
      results.push({ bench, rows })
    }
  } finally {
    await lab.close()
  }
  const minutes = (performance.now() - start) / 60_000
  console.log(`\n${minutes.toFixed(1)} minutes`)
  if (names.length === 0 && !isQuick) await writeResults(results, minutes)
}

// The servers are stopped when the process exits, which it does not when a signal ends it.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: ${benches.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 1
} else await runAll()
