/** Work done by several at once, and how long each piece took. */
export interface Measured {
  readonly count: number
  readonly seconds: number
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

/** Runs `work` for 0, 1, … count - 1, so many at once. */
export const measure = async (
  count: number,
  parallelism: number,
  work: (index: number) => Promise<void>,
): Promise<Measured> => {
  const durations: number[] = []
  let next = 0
  const startedAt = performance.now()
  const worker = async () => {
    while (next < count) {
      const index = next++
      const before = performance.now()
      await work(index)
      durations.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallelism, count) }, worker))
  const seconds = (performance.now() - startedAt) / 1000
  durations.sort((a, b) => a - b)
  const quantile = (part: number) => durations[Math.min(durations.length - 1, Math.floor(durations.length * part))] ?? 0
  return { count, seconds, perSecond: count / seconds, medianMs: quantile(0.5), p99Ms: quantile(0.99) }
}
