import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { requiresRealDynamoDB, testClientConfig } from '../../tools/test-support/index.js'
import { runProgram } from '../../tools/test-support/run-program.js'
import { benches } from '../benches.js'

// Every benchmark once, with tiny sizes: that it works, and never how fast it is.

const entry = fileURLToPath(new URL('../run.js', import.meta.url))
const folder = fileURLToPath(new URL('../..', import.meta.url))

beforeAll(() => {
  if (!existsSync(`${folder}packages/query-dynamodb/dist`)) throw new Error('Run npm run build first.')
})

for (const { name } of benches)
  requiresRealDynamoDB(
    `npm run bench ${name}: gives a figure for every row, or says why not`,
    async () => {
      process.env['DYNAMODB_ENDPOINT'] = testClientConfig().endpoint
      const { lines, errors, end } = await runProgram(entry, folder, [name, '--quick'])

      expect({ end, errors }).toMatchObject({ end: 0 })
      const rows = lines.filter((line) => line.startsWith('| ')).slice(1)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.filter((row) => row.includes('NaN'))).toEqual([])
      // The last cell of what was not measured says what is missing.
      expect(rows.filter((row) => row.includes('| — |') && row.endsWith('|  |'))).toEqual([])
    },
    300_000,
  )
