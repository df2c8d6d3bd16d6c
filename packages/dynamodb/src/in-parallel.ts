/**
 * Does some work for each item, in order, at most `atOnce` at a time. After a failure no more is begun; it is thrown when what
 * is under way has ended, so that nothing goes on behind the caller's back.
 */
export const inParallel = async <T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, place: number) => Promise<void>,
): Promise<void> => {
  const waiting = items.entries()
  let hasFailed = false
  const workOff = async (): Promise<void> => {
    for (const [place, item] of waiting) {
      if (hasFailed) return
      try {
        await work(item, place)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, workOff))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
}
