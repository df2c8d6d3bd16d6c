// @ts-check
// Runs two things in turns and compares them round by round.

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * @param {number} rounds
 * @param {{ ours: () => Promise<void>, theirs: () => Promise<void> }} contestants each does the same amount of work
 * @param {number} [count] how many things that work is, for the CPU time of each
 * @returns {Promise<{
 *   ratio: string, oursMs: string, theirsMs: string, cpu: { ratio: string, ours: string, theirs: string }
 * }>} a ratio above 1: ours is faster, or needs less; CPU in µs of this process
 */
export const compare = async (rounds, { ours, theirs }, count = 1) => {
  const measured = { ours: /** @type {number[]} */ ([]), theirs: /** @type {number[]} */ ([]) }
  const cpu = { ours: /** @type {number[]} */ ([]), theirs: /** @type {number[]} */ ([]) }
  const time = async (/** @type {'ours' | 'theirs'} */ who, /** @type {() => Promise<void>} */ run) => {
    const start = performance.now()
    const cpuStart = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(cpuStart)
    measured[who].push(performance.now() - start)
    cpu[who].push((user + system) / count)
  }
  for (let warmUp = 0; warmUp < 2; warmUp++) {
    await ours()
    await theirs()
  }
  for (let round = 0; round < rounds; round++) {
    await time('ours', ours)
    await time('theirs', theirs)
  }
  const ratios = (/** @type {{ ours: number[], theirs: number[] }} */ of) =>
    of.theirs.map((value, round) => value / (of.ours[round] ?? Number.NaN))
  const show = (/** @type {number[]} */ values, digits = 0) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`
  return {
    ratio: show(ratios(measured), 2),
    oursMs: show(measured.ours),
    theirsMs: show(measured.theirs),
    cpu: { ratio: show(ratios(cpu), 2), ours: show(cpu.ours, 1), theirs: show(cpu.theirs, 1) },
  }
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
