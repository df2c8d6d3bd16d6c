// @ts-check
// npm run bench [name]: runs one of the benchmarks.
const benchmarks = new Map([
  ['persist', () => import('./persist.js')],
  ['transport', () => import('./transport.js')],
])
const name = process.argv[2] ?? 'persist'
const run = benchmarks.get(name)
if (run === undefined) {
  console.error(`There is no benchmark ${name}: ${[...benchmarks.keys()].join(', ')}.`)
  process.exitCode = 1
} else await run()
