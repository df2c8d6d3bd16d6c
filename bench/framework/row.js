// @ts-check
// One line of the results: what was compared, what it should come to and what it came to.
/** @import { Spread } from './rounds.js' */

/**
 * @typedef {object} Row
 * @property {string} work
 * @property {string} endpoint where it was measured
 * @property {string} against what it is compared with
 * @property {{ atLeast: number } | { atMost: number }} [target] none: shown for information
 * @property {string} [unit] of the figure; none: it is a ratio
 * @property {Spread} [figure] none: it was not measured
 * @property {string} [detail] the absolute figures, or why there are none
 */

/**
 * A benchmark: `npm run bench <name>`.
 * @typedef {{ name: string, about: string, run: (lab: import('./lab.js').Lab) => Promise<Row[]> }} Bench
 */

/** @param {number} value */
const number = (value) => {
  if (value === 0) return '0'
  const digits = value >= 1000 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ',')
}

/** A figure as text: the median, and the range where there is one. @param {Spread} figure */
export const showSpread = ({ median, min, max }) =>
  min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`

/** The median alone. @param {Spread} figure */
export const showMedian = ({ median }) => number(median)

/** @param {Row} row */
export const verdict = ({ target, figure }) => {
  if (figure === undefined) return 'not measured'
  if (target === undefined) return ''
  const isMet = 'atLeast' in target ? figure.median >= target.atLeast : figure.median <= target.atMost
  return isMet ? 'met' : '**missed**'
}

/** @param {Row} row */
const target = ({ target, unit = '' }) => {
  if (target === undefined) return ''
  return 'atLeast' in target ? `≥ ${target.atLeast}${unit}` : `≤ ${target.atMost}${unit}`
}

export const ROW_HEAD =
  '| work | endpoint | compared with | target | measured | | the figures behind it |\n|---|---|---|---|---|---|---|'

/** A line of Markdown. @param {Row} row */
export const showRow = (row) => {
  const measured = row.figure === undefined ? '—' : `${showSpread(row.figure)}${row.unit ?? ''}`
  const cells = [row.work, row.endpoint, row.against, target(row), measured, verdict(row), row.detail ?? '']
  return `| ${cells.join(' | ')} |`
}
