// @ts-check
// Runs several things in turns and compares them round by round, so that whatever else the machine does falls on all of them.

/** @typedef {{ median: number, min: number, max: number }} Spread */

/**
 * A contestant. `run` does `count` pieces of work, and may return how many milliseconds they took if it measures that itself.
 * @typedef {{ count: number, run: () => Promise<number | void> }} Contestant
 */

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  }
}

/** What one contestant needed in each round, for one piece of work. */
class Record {
  /** @type {number[]} */
  ms = []
  /** @type {number[]} */
  cpuUs = []
}

/** What came of a comparison. */
export class Comparison {
  /** @type {Map<string, Record>} */
  #records

  /** @param {Map<string, Record>} records */
  constructor(records) {
    this.#records = records
  }

  /** @param {string} name */
  #record(name) {
    const record = this.#records.get(name)
    if (record === undefined) throw new Error(`Nobody named ${name} took part.`)
    return record
  }

  /** Pieces of work a second. @param {string} name */
  perSecond(name) {
    return spread(this.#record(name).ms.map((ms) => 1000 / ms))
  }

  /** Milliseconds for one piece of work. @param {string} name */
  ms(name) {
    return spread(this.#record(name).ms)
  }

  /** CPU time of this process for one piece of work, in µs. @param {string} name */
  cpuUs(name) {
    return spread(this.#record(name).cpuUs)
  }

  /** How many times as fast as the other. @param {string} name @param {string} other */
  speed(name, other) {
    const theirs = this.#record(other).ms
    return spread(this.#record(name).ms.map((ms, round) => (theirs[round] ?? Number.NaN) / ms))
  }

  /** Which part of the other's time. @param {string} name @param {string} other */
  time(name, other) {
    const theirs = this.#record(other).ms
    return spread(this.#record(name).ms.map((ms, round) => ms / (theirs[round] ?? Number.NaN)))
  }

  /** Which part of the other's CPU time. @param {string} name @param {string} other */
  cpu(name, other) {
    const theirs = this.#record(other).cpuUs
    return spread(this.#record(name).cpuUs.map((us, round) => us / (theirs[round] ?? Number.NaN)))
  }
}

/**
 * Lets all of them run once to warm up, and then in turns.
 *
 * @param {{ rounds: number, warmUps: number }} how
 * @param {{ [name: string]: Contestant | undefined }} contestants those that are missing take no part
 */
export const compare = async ({ rounds, warmUps }, contestants) => {
  const present = Object.entries(contestants).flatMap(([name, contestant]) =>
    contestant === undefined ? [] : [{ name, ...contestant, record: new Record() }],
  )
  for (let warmUp = 0; warmUp < warmUps; warmUp++) for (const { run } of present) await run()
  for (let round = 0; round < rounds; round++) {
    for (const { run, count, record } of present) {
      const start = performance.now()
      const cpuStart = process.cpuUsage()
      const own = await run()
      const elapsedMs = performance.now() - start
      const { user, system } = process.cpuUsage(cpuStart)
      record.ms.push((own ?? elapsedMs) / count)
      record.cpuUs.push((user + system) / count)
    }
  }
  return new Comparison(new Map(present.map(({ name, record }) => [name, record])))
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
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, lane))
}
