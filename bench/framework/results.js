// @ts-check
// Writes bench/RESULTS.md. What stands below its last heading was written by people and stays.
import { readFile, writeFile } from 'node:fs/promises'
import { describeMachine } from './machine.js'
import { ROW_HEAD, showRow } from './row.js'

/** @import { Bench, Row } from './row.js' */

const file = new URL('../RESULTS.md', import.meta.url)
const KEPT = '## What misses its target, and why'

const keptText = async () => {
  const before = await readFile(file, 'utf8').catch(() => '')
  const start = before.indexOf(KEPT)
  return start === -1 ? `${KEPT}\n` : before.slice(start)
}

/**
 * @param {readonly { bench: Bench, rows: readonly Row[] }[]} results
 * @param {number} minutes
 */
export const writeResults = async (results, minutes) => {
  const sections = results.map(({ bench, rows }) =>
    [`## ${bench.name}`, '', bench.about, '', ROW_HEAD, ...rows.map(showRow), ''].join('\n'),
  )
  const head = [
    '# Results',
    '',
    'Written by `npm run bench`; [README](README.md) says what is measured and how to repeat one line. Every figure with a target is a',
    'ratio, or a bound, of one run: contestants take turns, figures are medians with the range of the rounds. Only ratios',
    'are worth anything on another machine.',
    '',
    ...(await describeMachine()),
    `- all of it took ${minutes.toFixed(0)} minutes`,
    '',
  ]
  await writeFile(file, [head.join('\n'), ...sections, await keptText()].join('\n'))
}
