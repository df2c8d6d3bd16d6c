import { readFileSync } from 'node:fs'
import { FAILURES, type FailureRow } from '../src/classify.js'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const cells = (row: string) => row.split('|').map((cell) => cell.trim().replaceAll('`', ''))
const rows = page
  .slice(page.indexOf('| kind |'), page.indexOf('Beyond the table'))
  .trim()
  .split('\n')
  .slice(2)
  .map(cells)

test('the page shows the table that the code uses, row by row', () => {
  const yesOrNo = (value: boolean) => (value ? 'yes' : 'no')
  const table = Object.values(FAILURES).map((row: FailureRow) => [
    '',
    row.reason,
    row.names.join(', '),
    row.applied,
    yesOrNo(row.retryable),
    yesOrNo(row.isOverload),
    '',
  ])

  expect(rows).toEqual(table)
})
