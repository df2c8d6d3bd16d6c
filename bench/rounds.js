// @ts-check
// Runs two things in turns and compares them round by round.

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * @param {number} rounds
 * @param {{ ours: () => Promise<void>, theirs: () => Promise<void> }} contestants each does the same amount of work
 * @returns {Promise<{ ratio: string, oursMs: string, theirsMs: string }>} ratio above 1: ours is faster
 */
export const compare = async (rounds, { ours, theirs }) => {
  const measured = { ours: /** @type {number[]} */ ([]), theirs: /** @type {number[]} */ ([]) }
  const time = async (/** @type {'ours' | 'theirs'} */ who, /** @type {() => Promise<void>} */ run) => {
    const start = performance.now()
    await run()
    measured[who].push(performance.now() - start)
  }
  await ours()
  await theirs()
  for (let round = 0; round < rounds; round++) {
    await time('ours', ours)
    await time('theirs', theirs)
  }
  const ratios = measured.theirs.map((ms, round) => ms / (measured.ours[round] ?? Number.NaN))
  const show = (/** @type {number[]} */ values, digits = 0) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`
  return { ratio: show(ratios, 2), oursMs: show(measured.ours), theirsMs: show(measured.theirs) }
}

/**
 * Runs `work` for 0 to count - 1, some at once.
 *
 * @param {number} count
 * @param {number} inFlight
 * @param {(index: number) => Promise<unknown>} work
 */
export const inParallel = async (count, inFlight, work) => {
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}
